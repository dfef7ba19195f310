#pragma once
// The reference backend: every layer, written to be read. Other backends are tested against it.
#include <edgenn/backends/reference/activate.hpp>
#include <edgenn/backends/reference/conv2d.hpp>
#include <edgenn/backends/reference/dense.hpp>
#include <edgenn/backends/reference/detection.hpp>
#include <edgenn/backends/reference/elementwise.hpp>
#include <edgenn/backends/reference/normalization.hpp>
#include <edgenn/backends/reference/pool.hpp>
#include <edgenn/backends/reference/pooled_conv2d.hpp>
#include <edgenn/backends/reference/rearrange.hpp>
#include <edgenn/backends/reference/resize.hpp>
#include <edgenn/backends/reference/separable_conv2d.hpp>
