#include <doctest/doctest.h>

#include <edgenn/denormals_as_zero.hpp>

namespace {

/// 2^-100 * 2^-40, which the compiler must not compute in advance.
float product() {
  volatile float a = 0x1p-100f, b = 0x1p-40f;
  return a * b;
}

TEST_CASE("denormals are zero as long as the object lives") {
  CHECK(product() == 0x1p-140f);
#if defined(__SSE2__) || defined(__aarch64__)
  {
    const edgenn::denormals_as_zero outer;
    const float within = product();
    { const edgenn::denormals_as_zero inner; }
    const float after_inner = product();
    const volatile float least = 0x1p-149f;
    const bool operand_is_zero = least * 0x1p100f == 0;
    CHECK(within == 0);
    CHECK(after_inner == 0);
    CHECK(operand_is_zero);
  }
#endif
  CHECK(product() == 0x1p-140f);
}

}  // namespace
