#pragma once
// Everything round a network that looks at images.
//
//   image_view      images that somebody else owns, and whether they are what is expected
//   preprocessing   from a photo to a classifier's input
//   resampling      images of another size: by area, bilinear
//   pyramid         a photo in ever smaller sizes
//   box, nms        boxes, their overlap, greedy non-maximum suppression
//   peaks           local maxima of score maps of several scales
//   top             the most probable classes
#include <edgenn/vision/box.hpp>
#include <edgenn/vision/image_view.hpp>
#include <edgenn/vision/nms.hpp>
#include <edgenn/vision/peaks.hpp>
#include <edgenn/vision/preprocessing.hpp>
#include <edgenn/vision/pyramid.hpp>
#include <edgenn/vision/resampling.hpp>
#include <edgenn/vision/top.hpp>
