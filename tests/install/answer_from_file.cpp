// The same as answer.cpp, with weights that edgenn_add_weights put into the program.
#include <cstdio>

#include "sum.hpp"
#include "sum_weights.hpp"

int main() {
  const auto weights = edgenn::read_weights<sum, float>(sum_weights);
  if (!weights) return std::puts(weights.error().message().c_str()), 1;
  static edgenn::model<sum, edgenn::reference> net{*weights};
  const float x[] = {10, 100};
  std::printf("%g\n", static_cast<double>(net.run(x)[0]));
}
