// With the folders of all three backends on the include path, the CPU backend falls back to eigen and eigen
// to reference.
#include <doctest/doctest.h>

#include <cases.hpp>
#include <edgenn/backends/cpu.hpp>
#include <edgenn/backends/eigen.hpp>
#include <type_traits>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

/// Whether `Op` is computed by the reference backend. If so, by way of eigen, or `implements` would be wrong.
template <class Backend, class Op>
bool comes_from_reference(const char* name) {
  constexpr bool from_reference = std::is_base_of_v<kernel<reference, Op>, kernel<Backend, Op>>;
  constexpr bool from_eigen = std::is_base_of_v<kernel<eigen, Op>, kernel<Backend, Op>>;
  constexpr bool is_own = implements<Backend, Op>;
  CHECK_MESSAGE(from_reference <= from_eigen, name);
  CHECK_MESSAGE(is_own == !from_reference, name);
  return from_reference;
}

/// `Backend` is the CPU backend, if that knows the instruction set that this file is compiled for.
template <class Backend>
void check_chain() {
  if constexpr (std::is_same_v<Backend, eigen>) {
    MESSAGE("no instruction set of the CPU backend");
  } else {
    static_assert(std::is_same_v<typename Backend::fallback, eigen>);
    for_each_case(
        []<class Case>(const Case& c) { comes_from_reference<Backend, typename Case::op>(c.name); });
    using unusual = op<lrn{.beta = 0.6}, shape{2, 2, 8}, shape{2, 2, 8}>;
    CHECK(comes_from_reference<Backend, unusual>("lrn with an unusual exponent"));
    CHECK_FALSE(comes_from_reference<Backend, op<softmax{}, shape{.c = 8}, shape{.c = 8}>>("softmax"));
  }
}

}  // namespace

TEST_CASE("the CPU backend falls back to eigen, eigen to reference") {
  static_assert(std::is_same_v<eigen::fallback, reference>);
  check_chain<native>();
}
