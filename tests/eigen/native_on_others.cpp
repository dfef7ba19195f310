// What `native` is, where the CPU backend has no instruction set that the file is compiled for: eigen if it
// is on the include path, else reference. So it is for plain x86-64, too.
#include <edgenn.hpp>
#include <type_traits>

#if !defined(__SSE4_2__) && !defined(__ARM_NEON)
#  if __has_include(<edgenn/backends/eigen.hpp>)
static_assert(std::is_same_v<edgenn::native, edgenn::eigen>);
#  else
static_assert(std::is_same_v<edgenn::native, edgenn::reference>);
#  endif

// Any layer can be computed.
inline constexpr auto net = edgenn::network({6, 6, 2}, [](edgenn::value x) {
  using namespace edgenn;
  return x | conv2d{.filters = 3, .kernel = 3, .act = relu} | max_pool2d{.window = 2, .stride = 2}
         | dense{.units = 4} | softmax{};
});
static_assert(edgenn::model<net, edgenn::native>::out<>.size() == 4);
#endif
