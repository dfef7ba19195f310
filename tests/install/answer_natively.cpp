// The same as answer.cpp on the widest instruction set that it is compiled for.
#include <cstdio>

#include "sum.hpp"

static const float weights[] = {2, 3, 1};
static const float x[] = {10, 100};

template <class Model>
float answer() {
  if constexpr (Model::packed_bytes > 0) {
    alignas(64) static std::byte packed[Model::packed_bytes];
    Model::pack(weights, packed);
    static Model net{packed};
    return net.run(x)[0];
  } else {
    static Model net{weights};
    return net.run(x)[0];
  }
}

int main() { std::printf("%g\n", static_cast<double>(answer<edgenn::model<sum, edgenn::native>>())); }
