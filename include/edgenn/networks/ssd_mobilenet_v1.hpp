#pragma once
#include <edgenn/layers.hpp>
#include <edgenn/networks/mobilenet_v1.hpp>

namespace edgenn::networks {

namespace ssd {

/// Whose prior boxes the network was trained with. The first map has three for each cell, the others six.
enum class priors_of : int {
  /// Squares of sides s and sqrt(s s'), then the aspect ratios 2, 1/2, 3, 1/3, with s = 60, 105, 150, 195,
  /// 240, 285
  /// of 300 pixels and s' = 150, 195, 240, 285, 300. The first map: a square and the ratios 2, 1/2.
  caffe,
  /// The aspect ratios 1, 2, 1/2, 3, 1/3 of s, then a square of side sqrt(s s'), with s = 0.2, 0.35 ... 0.95
  /// of the
  /// image and s' the next s, at last 1. The first map: a square of side 0.1 and the ratios 2, 1/2.
  tensorflow,
};

/// How scores follow from what the network predicts about the classes of a box.
enum class scores_by : int { softmax, sigmoid };

/// In what the versions of the network differ.
struct variant {
  int classes = 91;         ///< background, which is class 0, included
  int width_percent = 100;  ///< the width multiplier x 100, of all layers but the predictors
  mobilenet::padded_as padded = mobilenet::padded_as::tensorflow;  ///< how 3x3 convolutions are padded
  activation act = relu6;                                          ///< of all layers but the predictors
  priors_of priors = priors_of::tensorflow;                        ///< prior boxes
  box_order order = box_order::yxhw;                               ///< of the four numbers about a box
  box_variances variances = {};                                    ///< of the box coder
  scores_by scores = scores_by::sigmoid;                           ///< last function of the classes
  non_max_suppression_layer detections = {.capacity = 100,
                                          .score_threshold = 1e-8,
                                          .iou_threshold = 0.6,
                                          .first_class = 1,
                                          .detections_per_class = 100};  ///< which boxes are reported
};

/// The network of TensorFlow's Object Detection API (ssd_mobilenet_v1_coco), for COCO's 90 classes.
inline constexpr variant tensorflow{};

/// Caffe's network (chuanqi305/MobileNet-SSD), for the 20 classes of PASCAL VOC.
inline constexpr variant caffe{
    .classes = 21,
    .padded = mobilenet::padded_as::caffe,
    .act = relu,
    .priors = priors_of::caffe,
    .order = box_order::xywh,
    .scores = scores_by::softmax,
    .detections = {
        .capacity = 100, .score_threshold = 0.25, .iou_threshold = 0.45, .first_class = 1, .top_k = 100}};

}  // namespace ssd

namespace ssd_parts {

/// Newton's method, for 0 < x <= 4.
constexpr double square_root(double x) {
  double root = 1;
  for (int i = 0; i < 40; ++i) root = (root + x / root) / 2;
  return root;
}

/// The prior boxes of map `map` of six.
constexpr prior_sizes priors(ssd::priors_of whose, int map) {
  prior_sizes p;
  const auto add = [&p](double side, double ratio) {
    const double root = square_root(ratio);
    p.add(side * root, side / root);
  };
  if (whose == ssd::priors_of::caffe) {
    constexpr double sides[] = {60, 105, 150, 195, 240, 285, 300};
    const double side = sides[map] / 300, next = sides[map + 1] / 300;
    add(side, 1);
    if (map > 0) add(square_root(side * next), 1);
    for (const double ratio : {2.0, 3.0}) {
      if (map == 0 && ratio > 2) break;
      add(side, ratio);
      add(side, 1 / ratio);
    }
  } else {
    const double side = 0.2 + 0.15 * map, next = map < 5 ? side + 0.15 : 1;
    add(map == 0 ? 0.1 : side, 1);
    add(side, 2);
    add(side, 0.5);
    if (map > 0) {
      add(side, 3);
      add(side, 0.3333);  // as the network's authors write 1/3
      add(square_root(side * next), 1);
    }
  }
  return p;
}

/// Boxes {1917, 1, 4} and scores {1917, 1, classes}.
constexpr outputs<2> boxes_and_scores(value x, const ssd::variant& v) {
  const padding pad = mobilenet::pad_of(v.padded);
  const auto wide = [&v](int filters) { return filters * v.width_percent / 100; };
  const auto separable = [&](int filters, int stride = 1) {
    return mobilenet::separable{wide(filters), stride, pad, v.act};
  };
  // Half the channels, then half the size.
  const auto smaller = [&](value map, int filters) {
    map = map | conv2d{.filters = wide(filters / 2), .kernel = 1, .act = v.act};
    return map | conv2d{.filters = wide(filters), .kernel = 3, .stride = 2, .pad = pad, .act = v.act};
  };

  x = x | conv2d{.filters = wide(32), .kernel = 3, .stride = 2, .pad = pad, .act = v.act};
  x = x | separable(64);
  x = x | separable(128, 2) | separable(128);
  x = x | separable(256, 2) | separable(256);
  x = x | separable(512, 2);
  for (int i = 0; i < 5; ++i) x = x | separable(512);
  const value map_19 = x | expect{19, 19, wide(512)};
  const value map_10 = x | separable(1024, 2) | separable(1024) | expect{10, 10, wide(1024)};
  const value map_5 = smaller(map_10, 512) | expect{5, 5, wide(512)};
  const value map_3 = smaller(map_5, 256) | expect{3, 3, wide(256)};
  const value map_2 = smaller(map_3, 256) | expect{2, 2, wide(256)};
  const value map_1 = smaller(map_2, 128) | expect{1, 1, wide(128)};

  const value maps[] = {map_19, map_10, map_5, map_3, map_2, map_1};
  value boxes[] = {x, x, x, x, x, x}, scores[] = {x, x, x, x, x, x};
  for (int i = 0; i < 6; ++i) {
    const prior_sizes sizes = priors(v.priors, i);
    const shape map = maps[i].extents();
    boxes[i] = maps[i] | conv2d{.filters = 4 * sizes.count, .kernel = 1}
               | decode_grid{.priors = sizes, .order = v.order, .variances = v.variances};
    scores[i] = maps[i] | conv2d{.filters = v.classes * sizes.count, .kernel = 1}
                | reshape{.h = map.h * map.w * sizes.count, .c = v.classes};
  }
  const auto join = [](const value(&parts)[6]) {
    return concat(axis::height, parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
  };
  const value all = join(scores);
  return {{join(boxes), v.scores == ssd::scores_by::softmax ? all | softmax{} : all | sigmoid}};
}

}  // namespace ssd_parts

/// SSD-MobileNet v1, a detector for images of 300 x 300 pixels (Howard et al. 2017, section 4.6; Liu et al.
/// 2016): MobileNet v1 to its last convolution, eight more convolutions, and from six maps of 19, 10, 5, 3, 2
/// and 1 pixels a side the boxes and classes of 1917 prior boxes. Batch normalisation is folded into weights
/// and biases. With 21 classes 1,148.5 million multiply-accumulate operations, 5,769,920 weights and 13,497
/// biases; with 91 classes 1,237.1 million, 6,791,360 and 15,807.
///
/// Input {300, 300, 3} in [-1, 1]: RGB for TensorFlow's network, BGR for Caffe's. Output {100, 1, 6}, unless
/// `Variant.detections` says otherwise: class, score, x1, y1, x2, y2 of each detection, in shares of the
/// image's sides, the highest score first; class -1 in rows that are empty. `read_detections`
/// (vision/nms.hpp) reads it.
template <ssd::variant Variant = ssd::tensorflow>
inline constexpr auto ssd_mobilenet_v1 = network({300, 300, 3}, [](value x) {
  const outputs<2> found = ssd_parts::boxes_and_scores(x, Variant);
  return non_max_suppression(found.values[0], found.values[1], Variant.detections);
});

/// The same without non-maximum suppression. Two outputs: boxes {1917, 1, 4} as x1, y1, x2, y2, and scores
/// {1917, 1, classes}.
template <ssd::variant Variant = ssd::tensorflow>
inline constexpr auto ssd_mobilenet_v1_boxes = network({300, 300, 3}, [](value x) {
  return ssd_parts::boxes_and_scores(x, Variant);
});

}  // namespace edgenn::networks
