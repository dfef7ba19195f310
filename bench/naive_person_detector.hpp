#pragma once
// The person detector as one writes it first: shapes are known when it runs, memory comes from the heap,
// every stage copies what it gets and what it gives, every scale is an image of its own on a canvas as large
// as the largest level. The same networks, weights and rules as edgenn's detector; none of its kernels.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <edgenn/person_detector.hpp>
#include <span>
#include <utility>
#include <vector>

namespace bench {

/// Reads one clock: that on the wall, or the processor time of this thread.
struct stopwatch {
  static inline bool of_processor = false;

  static double now() {
    if (!of_processor)
      return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    std::timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
  }
};

/// Seconds of one detection.
struct detection_times {
  double scaling = 0;                ///< making the levels of the pyramid
  std::array<double, 3> networks{};  ///< far, medium, near
  double suppression = 0;            ///< peaks, boxes that overlap, and what belongs to no other stage

  double all_networks() const { return networks[0] + networks[1] + networks[2]; }
  double detection() const { return all_networks() + suppression; }
  double all() const { return scaling + detection(); }
};

/// Which loop of a convolution is the innermost one.
enum class innermost {
  taps,     ///< as on the reference backend: one sum at a time, which compilers may not divide among lanes
  filters,  ///< a row of sums, which compilers turn into vectors
};

/// An image of floats, pixel by pixel.
struct heap_image {
  heap_image(int rows, int columns, int channels_of_pixel)
      : height{rows},
        width{columns},
        channels{channels_of_pixel},
        values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns)
               * static_cast<std::size_t>(channels_of_pixel)) {}

  int height, width, channels;
  std::vector<float> values;

  const float* at(int y, int x) const { return values.data() + offset(y, x); }
  float* at(int y, int x) { return values.data() + offset(y, x); }

 private:
  std::ptrdiff_t offset(int y, int x) const {
    return (static_cast<std::ptrdiff_t>(y) * width + x) * channels;
  }
};

/// A network of unpadded convolutions and pools for images of any size.
class runtime_network {
 public:
  template <int N>
  runtime_network(const edgenn::basic_graph<N>& net, std::span<const float> weights, innermost loop)
      : loop_{loop} {
    for (int i = net.input_count; i < net.node_count; ++i) {
      const edgenn::node& n = net[i];
      if (n.layer.is<edgenn::max_pool2d>()) {
        layers_.push_back({true, n.layer.as<edgenn::max_pool2d>().window.h, 0, 0, 0, false, {}, {}});
        continue;
      }
      const auto conv = n.layer.as<edgenn::conv2d>();
      const auto kernel = weights.subspan(static_cast<std::size_t>(n.weight_offset),
                                          static_cast<std::size_t>(n.weight_count - conv.filters));
      const auto bias = weights.subspan(static_cast<std::size_t>(n.weight_offset) + kernel.size(),
                                        static_cast<std::size_t>(conv.filters));
      const int taps = static_cast<int>(kernel.size()) / conv.filters;
      layer l{false, conv.kernel.h, conv.kernel.w, conv.filters, taps, conv.act == edgenn::relu, {}, {}};
      l.bias.assign(bias.begin(), bias.end());
      l.kernel.assign(kernel.begin(), kernel.end());
      if (loop == innermost::filters)
        for (int f = 0; f < conv.filters; ++f)
          for (int t = 0; t < taps; ++t)
            l.kernel[static_cast<std::size_t>(t * conv.filters + f)] =
                kernel[static_cast<std::size_t>(f * taps + t)];
      layers_.push_back(std::move(l));
    }
  }

  heap_image run(const heap_image& image) const {
    heap_image x = image;
    for (const layer& l : layers_) {
      const heap_image in = x;
      const heap_image out = l.is_pool                  ? pooled(l, in)
                             : loop_ == innermost::taps ? by_taps(l, in)
                                                        : by_filters(l, in);
      x = out;
    }
    return x;
  }
  /// Multiply-accumulate operations for such an image.
  double macs(int height, int width) const {
    double sum = 0;
    for (const layer& l : layers_) {
      if (l.is_pool) {
        height /= l.rows;
        width /= l.rows;
        continue;
      }
      height -= l.rows - 1;
      width -= l.columns - 1;
      sum += 1.0 * height * width * l.filters * l.taps;
    }
    return sum;
  }

 private:
  struct layer {
    bool is_pool;
    int rows, columns, filters, taps;
    bool relu;
    std::vector<float> kernel, bias;
  };

  static heap_image by_taps(const layer& l, const heap_image& x) {
    heap_image y{x.height - l.rows + 1, x.width - l.columns + 1, l.filters};
    for (int oy = 0; oy < y.height; ++oy)
      for (int ox = 0; ox < y.width; ++ox)
        for (int f = 0; f < l.filters; ++f) {
          float sum = l.bias[static_cast<std::size_t>(f)];
          const float* w = l.kernel.data() + static_cast<std::ptrdiff_t>(f) * l.taps;
          for (int ky = 0; ky < l.rows; ++ky)
            for (int kx = 0; kx < l.columns; ++kx, w += x.channels) {
              const float* pixel = x.at(oy + ky, ox + kx);
              for (int c = 0; c < x.channels; ++c) sum += pixel[c] * w[c];
            }
          y.at(oy, ox)[f] = l.relu && sum < 0 ? 0 : sum;
        }
    return y;
  }
  static heap_image by_filters(const layer& l, const heap_image& x) {
    heap_image y{x.height - l.rows + 1, x.width - l.columns + 1, l.filters};
    for (int oy = 0; oy < y.height; ++oy)
      for (int ox = 0; ox < y.width; ++ox) {
        float* const sum = y.at(oy, ox);
        std::copy(l.bias.begin(), l.bias.end(), sum);
        const float* w = l.kernel.data();
        for (int ky = 0; ky < l.rows; ++ky)
          for (int kx = 0; kx < l.columns; ++kx) {
            const float* pixel = x.at(oy + ky, ox + kx);
            for (int c = 0; c < x.channels; ++c, w += l.filters)
              for (int f = 0; f < l.filters; ++f) sum[f] += pixel[c] * w[f];
          }
        for (int f = 0; f < l.filters; ++f) sum[f] = l.relu && sum[f] < 0 ? 0 : sum[f];
      }
    return y;
  }
  static heap_image pooled(const layer& l, const heap_image& x) {
    heap_image y{x.height / l.rows, x.width / l.rows, x.channels};
    for (int oy = 0; oy < y.height; ++oy)
      for (int ox = 0; ox < y.width; ++ox)
        for (int c = 0; c < x.channels; ++c) {
          float best = x.at(oy * l.rows, ox * l.rows)[c];
          for (int ky = 0; ky < l.rows; ++ky)
            for (int kx = 0; kx < l.rows; ++kx)
              best = std::max(best, x.at(oy * l.rows + ky, ox * l.rows + kx)[c]);
          y.at(oy, ox)[c] = best;
        }
    return y;
  }

  innermost loop_;
  std::vector<layer> layers_;
};

/// What `edgenn::person_detector` finds, in the way that the top of this file describes.
class naive_person_detector {
 public:
  /// `scales` and `levels` are those of the detector to compare with, of whole levels.
  naive_person_detector(const edgenn::person_config& config, std::span<const edgenn::person_scale> scales,
                        const edgenn::pyramid& levels, std::vector<runtime_network> networks)
      : config_{config},
        scales_(scales.begin(), scales.end()),
        levels_{levels},
        networks_{std::move(networks)} {}

  /// Multiply-accumulate operations of the far, the medium and the near network.
  std::array<double, 3> macs() const {
    const edgenn::extent canvas = levels_.size(0);
    std::array<double, 3> sum{};
    for (const edgenn::person_scale& s : scales_)
      sum[static_cast<std::size_t>(s.net)] += network_of(s).macs(canvas.h, canvas.w);
    return sum;
  }

  std::vector<edgenn::person_box> detect(const edgenn::rgb_image& image, float threshold,
                                         detection_times& times) const {
    std::vector<edgenn::score_map> maps;
    std::vector<std::vector<float>> scores;
    for (const edgenn::person_scale& s : scales_) {
      double start = stopwatch::now();
      const heap_image level = scaled(image, s.level);
      times.scaling += stopwatch::now() - start;
      start = stopwatch::now();
      const heap_image logits = network_of(s).run(level);
      maps.push_back(s.map);
      scores.push_back(scores_of(s, logits));
      times.networks[static_cast<std::size_t>(s.net)] += stopwatch::now() - start;
    }
    const double start = stopwatch::now();
    std::vector<edgenn::person_box> boxes = suppressed(maps, scores, threshold);
    times.suppression += stopwatch::now() - start;
    return boxes;
  }

 private:
  const runtime_network& network_of(const edgenn::person_scale& s) const {
    return networks_[static_cast<std::size_t>(s.net)];
  }

  /// Level `k` at the upper left of a canvas of the size of level 0.
  heap_image scaled(const edgenn::rgb_image& image, int k) const {
    heap_image padded{levels_.padded_height(), image.width, 3};
    for (int y = 0; y < image.height; ++y)
      std::copy(image.row(y), image.row(y) + image.row_elements(), padded.at(y, 0));

    const edgenn::extent size = levels_.size(k);
    heap_image level{size.h, size.w, 3};
    for (int y = 0; y < size.h; ++y)
      for (int x = 0; x < size.w; ++x) {
        const double top = 1.0 * y * padded.height / size.h, bottom = (y + 1.0) * padded.height / size.h;
        const double left = 1.0 * x * padded.width / size.w, right = (x + 1.0) * padded.width / size.w;
        double sum[3] = {};
        for (int sy = static_cast<int>(top); sy < bottom && sy < padded.height; ++sy)
          for (int sx = static_cast<int>(left); sx < right && sx < padded.width; ++sx) {
            const double weight = (std::min(bottom, sy + 1.0) - std::max(top, 1.0 * sy))
                                  * (std::min(right, sx + 1.0) - std::max(left, 1.0 * sx));
            for (int c = 0; c < 3; ++c) sum[c] += weight * static_cast<double>(padded.at(sy, sx)[c]);
          }
        for (int c = 0; c < 3; ++c)
          level.at(y, x)[c] = static_cast<float>(sum[c] / ((bottom - top) * (right - left)));
      }

    heap_image normalized = level;
    for (float& v : normalized.values) v = (v - 128) / 64;
    if (config_.bgr)
      for (int y = 0; y < size.h; ++y)
        for (int x = 0; x < size.w; ++x) std::swap(normalized.at(y, x)[0], normalized.at(y, x)[2]);

    heap_image canvas{levels_.size(0).h, levels_.size(0).w, 3};
    std::fill(canvas.values.begin(), canvas.values.end(), -2.0f);
    for (int y = 0; y < size.h; ++y) std::copy_n(normalized.at(y, 0), 3 * size.w, canvas.at(y, 0));
    return canvas;
  }

  std::vector<float> scores_of(const edgenn::person_scale& s, const heap_image& logits) const {
    const edgenn::person_scales& of_net = edgenn::detail::scales_of(config_, s.net);
    std::vector<float> scores;
    for (int y = 0; y < s.map.height; ++y)
      for (int x = 0; x < s.map.width; ++x)
        scores.push_back(of_net.gain.value() * (logits.at(y, x)[1] - logits.at(y, x)[0])
                         + of_net.offset.value());
    return scores;
  }

  /// Every cell against all 3 x 7 x 3 of its window, one after the other.
  std::vector<edgenn::person_box> suppressed(const std::vector<edgenn::score_map>& maps,
                                             const std::vector<std::vector<float>>& scores,
                                             float threshold) const {
    std::vector<const float*> first;
    for (const std::vector<float>& s : scores) first.push_back(s.data());
    const edgenn::detail::peak_search search{maps, first, {threshold, config_.support.value(), config_.reach.value()}};
    std::vector<edgenn::peak> peaks;
    for (int s = 0; s < static_cast<int>(maps.size()); ++s)
      for (int row = 0; row < search.map(s).height; ++row)
        for (int column = 0; column < search.map(s).width; ++column) {
          const float z = search.score(s, row, column);
          bool is_peak = z > threshold;
          for (int o = std::max(s - 1, 0); o <= s + 1 && search.has(o) && is_peak; ++o)
            is_peak = edgenn::detail::for_window(
                search.map(o), edgenn::detail::nearest_cell(search.map(s), row, column, search.map(o)),
                [&](int r, int c) { return search.score(o, r, c) <= z; });
          if (is_peak && search.is_first(s, row, column)) peaks.push_back(search.refined(s, row, column));
        }
    std::sort(peaks.begin(), peaks.end(), edgenn::detail::is_better);
    if (peaks.size() > static_cast<std::size_t>(config_.most_boxes))
      peaks.resize(static_cast<std::size_t>(config_.most_boxes));

    std::vector<edgenn::person_box> kept;
    for (const edgenn::peak& p : peaks) {
      const float half_height = p.box_height / 2, half_width = half_height * config_.aspect.value();
      const edgenn::person_box b{
          {p.x - half_width, p.y - half_height, p.x + half_width, p.y + half_height}, p.score, p.scale};
      const auto hides = [&](const edgenn::person_box& k) {
        return edgenn::iou(k.where, b.where) > config_.iou_threshold.value();
      };
      if (std::none_of(kept.begin(), kept.end(), hides)) kept.push_back(b);
    }
    return kept;
  }

  edgenn::person_config config_;
  std::vector<edgenn::person_scale> scales_;
  edgenn::pyramid levels_;
  std::vector<runtime_network> networks_;
};

}  // namespace bench
