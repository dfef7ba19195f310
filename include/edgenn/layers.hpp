#pragma once
// Every layer of the library.
#include <edgenn/layers/activate.hpp>
#include <edgenn/layers/concat.hpp>
#include <edgenn/layers/conv2d.hpp>
#include <edgenn/layers/dense.hpp>
#include <edgenn/layers/depthwise_conv2d.hpp>
#include <edgenn/layers/elementwise.hpp>
#include <edgenn/layers/normalization.hpp>
#include <edgenn/layers/pool2d.hpp>
#include <edgenn/layers/pool3d.hpp>
#include <edgenn/layers/pooled_conv2d.hpp>
#include <edgenn/layers/rearrange.hpp>
#include <edgenn/layers/resize.hpp>
#include <edgenn/layers/separable_conv2d.hpp>
