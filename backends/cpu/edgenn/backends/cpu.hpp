#pragma once
// The CPU backend: fp32 kernels for x86 (SSE4.2, AVX2, AVX-512) and AArch64 (NEON), chosen by the flags that
// a file is compiled with: `native` is the widest.
#include <edgenn/backends/cpu/conv2d.hpp>
#include <edgenn/backends/cpu/dense.hpp>
#include <edgenn/backends/cpu/depthwise_conv2d.hpp>
#include <edgenn/backends/cpu/elementwise.hpp>
#include <edgenn/backends/cpu/normalization.hpp>
#include <edgenn/backends/cpu/pool.hpp>
#include <edgenn/backends/cpu/pool3d.hpp>
