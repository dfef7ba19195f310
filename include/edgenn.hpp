#pragma once
// The one include: the core, and every backend whose folder is on the include path.
//
//   shape, activation, window ...   what layers are described with
//   layers                          the layers
//   graph                           `network`: a network as a compile-time value
//   passes, memory_plan             what the compiler does with it
//   kernel                          where layers and backends meet
//   model                           a network bound to a backend, with its arena
//   packed_weights                  weights in the order of a backend's kernels
//   weights                         trained weights from a file, from flash or from an array
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic push
// Otherwise gcc warns, in templates, of every parameter whose name the including program uses for a global.
#  pragma GCC diagnostic ignored "-Wshadow"
#endif

#include <edgenn/denormals_as_zero.hpp>
#include <edgenn/graph.hpp>
#include <edgenn/kernel.hpp>
#include <edgenn/layers.hpp>
#include <edgenn/memory_plan.hpp>
#include <edgenn/model.hpp>
#include <edgenn/packed_weights.hpp>
#include <edgenn/passes.hpp>
#include <edgenn/version.hpp>
#include <edgenn/weights.hpp>
#if __has_include(<edgenn/backends/reference.hpp>)
#  include <edgenn/backends/reference.hpp>
#endif
#if __has_include(<edgenn/backends/eigen.hpp>)
#  include <edgenn/backends/eigen.hpp>
#endif
#if __has_include(<edgenn/backends/cpu.hpp>)
#  include <edgenn/backends/cpu.hpp>
#endif

#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic pop
#endif
