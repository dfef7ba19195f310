#pragma once
// The CPU backend: fp32 kernels for x86 (SSE4.2, AVX2, AVX-512), AArch64 and Armv7-A (NEON), chosen by the
// flags that a file is compiled with: `native` is the widest.
#include <edgenn/backends/cpu/conv2d.hpp>
#include <edgenn/backends/cpu/conv_weights.hpp>
#include <edgenn/backends/cpu/dense.hpp>
#include <edgenn/backends/cpu/dense_weights.hpp>
#include <edgenn/backends/cpu/depthwise_conv2d.hpp>
#include <edgenn/backends/cpu/elementwise.hpp>
#include <edgenn/backends/cpu/normalization.hpp>
#include <edgenn/backends/cpu/pool.hpp>
#include <edgenn/backends/cpu/pool3d.hpp>
#include <edgenn/backends/cpu/pooled_conv2d.hpp>
#include <edgenn/backends/cpu/rearrange.hpp>
#include <edgenn/backends/cpu/resize.hpp>
#include <edgenn/backends/cpu/separable_conv2d.hpp>
