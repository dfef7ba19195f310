// The ten lines that every way to consume the library must build and run.
#include <cstdio>
#include <edgenn.hpp>

inline constexpr auto sum = edgenn::network({1, 1, 2}, [](edgenn::value x) {
  return x | edgenn::dense{.units = 1} | edgenn::expect{1, 1, 1};
});
static const float weights[] = {2, 3, 1};
static edgenn::model<sum, edgenn::reference> net{weights};

int main() {
  int warned_about = 0.5f;  // the library brings no warning flags into its user's build: this one compiles
  const float x[] = {10, 100};
  std::printf("%g\n", static_cast<double>(net.run(x)[0] + static_cast<float>(warned_about)));
}
