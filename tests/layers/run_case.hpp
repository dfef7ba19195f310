#pragma once
// The cases of cases.hpp as functions that run them on a backend. Only these functions are templates of a
// case: there are many cases, so whatever else a test does, it does with values.
#include <cases.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <edgenn/model.hpp>
#include <limits>
#include <string>
#include <vector>

namespace edgenn::tests {

/// Memory at the alignment that a backend asks for. It starts as NaN: who reads what nobody wrote shows it.
class aligned_memory {
 public:
  aligned_memory(int bytes, int alignment)
      : memory_(static_cast<std::size_t>(bytes + alignment), std::byte{0xFF}) {
    const auto misaligned =
        reinterpret_cast<std::uintptr_t>(memory_.data()) % static_cast<unsigned>(alignment);
    start_ = misaligned == 0 ? 0 : static_cast<std::size_t>(alignment) - misaligned;
  }
  std::byte* data() { return memory_.data() + start_; }
  const std::byte* data() const { return memory_.data() + start_; }

 private:
  std::vector<std::byte> memory_;
  std::size_t start_;
};

/// A case on a backend whose activations are `Element` and whose canonical weights are `Weight`.
template <class Element, class Weight = Element>
struct bound_case {
  using element = Element;
  using weight = Weight;

  const char* name;
  const char* layer_name;
  std::vector<shape> in;
  shape out;
  case_data data;
  long long macs;  ///< of the whole output
  bool is_own;     ///< computed by a kernel of the backend itself, not of one that it falls back to
  bool is_strided;
  bool is_in_place;
  bool is_divisible;  ///< `run_kernel` can compute a share
  int alignment;      ///< bytes, of packed weights and scratch
  int packed_bytes;   ///< of the weights that the kernel packs; -1 if it reads them in canonical order
  int scratch_bytes;

  /// Brings the weights into the kernel's order.
  void (*pack)(const weight* canonical, std::byte* packed);
  /// Runs the network of this one layer.
  void (*run_network)(const element* const* x, const weight* weights, element* y);
  /// Runs the kernel itself. `weights` are packed ones if the kernel packs; `part` counts if it is divisible.
  void (*run_kernel)(const tensor_view<const element>* x, const void* weights, tensor_view<element> y,
                     std::byte* scratch, share part);
};

/// The ways to run `Case` on `Backend`.
template <class Backend, class Case, class = std::make_index_sequence<Case::in.size()>>
struct case_on;

template <class Backend, class Case, std::size_t... K>
struct case_on<Backend, Case, std::index_sequence<K...>> {
  using element = typename Backend::element;
  using weight = typename Backend::weight;
  using kernel = edgenn::kernel<Backend, typename Case::op>;
  static constexpr bool divisible = detail::kernel_call<Backend, typename Case::op>::divisible;

  static void run_network(const element* const* x, const weight* weights, element* y) {
    using model = edgenn::model<Case::network, Backend>;
    const std::span<const weight, model::weight_count> canonical{weights, std::size_t{model::weight_count}};
    const auto run = [&](model net) {
      net.run(std::span<const element, elements<K>>{x[K], elements<K>}...);
      const auto result = net.output();
      std::memcpy(y, result.data(), result.size_bytes());
    };
    if constexpr (model::packed_bytes > 0) {
      aligned_memory packed{model::packed_bytes, Backend::alignment};
      const std::span<std::byte, model::packed_bytes> bytes{packed.data(), std::size_t{model::packed_bytes}};
      model::pack(canonical, bytes);
      run(model{bytes});
    } else {
      run(model{canonical});
    }
  }

  static void pack(const weight* canonical, std::byte* packed) {
    if constexpr (detail::packs<kernel>) kernel::pack(canonical, packed);
  }

  static void run_kernel(const tensor_view<const element>* x, const void* weights, tensor_view<element> y,
                         std::byte* scratch, [[maybe_unused]] share part) {
    using stored = std::conditional_t<detail::packs<kernel>, std::byte, weight>;
    const auto* w = static_cast<const stored*>(weights);
    const auto run = [&](auto... rest) { detail::run_op<Backend, typename Case::op>(x[K]..., y, rest...); };
    const auto with_part = [&](auto... rest) {
      if constexpr (divisible)
        run(rest..., part);
      else
        run(rest...);
    };
    if constexpr (requires { kernel::run(x[K]..., y, w, scratch); })
      with_part(w, scratch);
    else if constexpr (requires { kernel::run(x[K]..., y, w); })
      with_part(w);
    else
      with_part();
  }

 private:
  template <std::size_t J>
  static constexpr std::size_t elements = static_cast<std::size_t>(Case::in[J].size());
};

/// Whether tests run the networks of the cases, or the kernels alone, which compile faster.
enum class scope { networks_and_kernels, kernels };
enum class selection { all, with_weights };

/// The cases of cases.hpp, as an object.
struct cases_of_layers {
  template <class F>
  void operator()(F f) const {
    for_each_case(f);
  }
};

/// The selected cases of `List` on `Backend`.
template <class Backend, scope What = scope::networks_and_kernels, selection Which = selection::all,
          class List = cases_of_layers>
auto bound_cases(List list = {}) {
  std::vector<bound_case<typename Backend::element, typename Backend::weight>> cases;
  list([&cases]<class Case>(const Case& c) {
    if constexpr (Which == selection::all || Case::weights.count() > 0) {
      using op = typename Case::op;
      using kernel = edgenn::kernel<Backend, op>;
      auto& b = cases.emplace_back();
      b.name = c.name;
      b.layer_name = Case::layer.name;
      b.in.assign(Case::in.begin(), Case::in.end());
      b.out = Case::out;
      b.data = make_data(c);
      b.macs = Case::network.macs();
      b.is_own = implements<Backend, op>;
      b.is_strided = detail::is_strided<kernel>;
      b.is_in_place = detail::is_in_place<kernel>;
      b.is_divisible = case_on<Backend, Case>::divisible;
      b.alignment = Backend::alignment;
      b.packed_bytes = -1;
      if constexpr (detail::packs<kernel>) b.packed_bytes = kernel::packed_bytes;
      b.scratch_bytes = detail::scratch_bytes_of<kernel>;
      b.pack = &case_on<Backend, Case>::pack;
      b.run_kernel = &case_on<Backend, Case>::run_kernel;
      b.run_network = nullptr;
      if constexpr (What == scope::networks_and_kernels) b.run_network = &case_on<Backend, Case>::run_network;
    }
  });
  return cases;
}

template <class To, class From>
std::vector<To> converted(const std::vector<From>& from) {
  std::vector<To> to;
  to.reserve(from.size());
  for (const From& v : from) to.push_back(static_cast<To>(v));
  return to;
}

/// The inputs of a case in the element type of its backend.
template <class T, class W>
std::vector<std::vector<T>> inputs_of(const bound_case<T, W>& c) {
  std::vector<std::vector<T>> x;
  for (const std::vector<float>& input : c.data.inputs) x.push_back(converted<T>(input));
  return x;
}

/// The weights of a case as its kernel wants them.
template <class T, class W>
class kernel_weights {
 public:
  explicit kernel_weights(const bound_case<T, W>& c)
      : canonical_{converted<W>(c.data.weights)},
        packed_{c.packed_bytes < 0 ? 0 : c.packed_bytes, c.alignment},
        packs_{c.packed_bytes >= 0} {
    if (packs_) c.pack(canonical_.data(), packed_.data());
  }
  const void* data() const {
    return packs_ ? static_cast<const void*>(packed_.data()) : static_cast<const void*>(canonical_.data());
  }

 private:
  std::vector<W> canonical_;
  aligned_memory packed_;
  bool packs_;
};

template <class T, class W>
std::vector<T> run_network(const bound_case<T, W>& c) {
  const auto x = inputs_of(c);
  std::vector<const T*> starts;
  for (const auto& input : x) starts.push_back(input.data());
  std::vector<T> y(static_cast<std::size_t>(c.out.size()));
  c.run_network(starts.data(), converted<W>(c.data.weights).data(), y.data());
  return y;
}

/// Runs the kernel itself, or a share of it, on views of `x`.
template <class T, class W>
void run_on_views(const bound_case<T, W>& c, const std::vector<tensor_view<const T>>& x, tensor_view<T> y,
                  share part = {}) {
  aligned_memory scratch{c.scratch_bytes, c.alignment};
  c.run_kernel(x.data(), kernel_weights<T, W>{c}.data(), y, scratch.data(), part);
}

/// The output of the kernel itself, or of a share of it, on contiguous views; written over input number
/// `over` unless that is -1. What is not written is NaN.
template <class T, class W>
std::vector<T> run_kernel(const bound_case<T, W>& c, int over = -1, share part = {}) {
  auto x = inputs_of(c);
  std::vector<tensor_view<const T>> views;
  for (std::size_t k = 0; k < x.size(); ++k)
    views.push_back(tensor_view<const T>::contiguous(x[k].data(), c.in[k]));
  std::vector<T> separate(static_cast<std::size_t>(c.out.size()), std::numeric_limits<T>::quiet_NaN());
  const std::size_t size = separate.size();
  std::vector<T>& y = over < 0 ? separate : x[static_cast<std::size_t>(over)];
  run_on_views(c, views, tensor_view<T>::contiguous(y.data(), c.out), part);
  y.resize(size);
  return y;
}

/// A tensor as a part of a larger one: with gaps between pixels, rows and slices, in front of it and behind
/// it. All of them hold `filler`.
template <class T>
class gapped_tensor {
 public:
  gapped_tensor(shape s, T filler)
      : shape_{s},
        filler_{filler},
        pixel_stride_{s.c + 3},
        row_stride_{s.w * pixel_stride_ + 5},
        slice_stride_{s.h * row_stride_ + 7},
        memory_(static_cast<std::size_t>(front + s.d * slice_stride_ + front), filler) {}

  template <class U = T>
  tensor_view<U> view() {
    return {memory_.data() + front, pixel_stride_, row_stride_, slice_stride_};
  }
  void write(const std::vector<T>& values) {
    std::size_t i = 0;
    for_each_place([&](T& place) { place = values[i++]; });
  }
  /// The elements in storage order; leaves the filler in their places.
  std::vector<T> take() {
    std::vector<T> values;
    for_each_place([&](T& place) { values.push_back(std::exchange(place, filler_)); });
    return values;
  }
  /// To be asked after `take`.
  bool holds_only_filler() const {
    for (const T v : memory_)
      if (v != filler_) return false;
    return true;
  }

 private:
  static constexpr int front = 16;

  template <class F>
  void for_each_place(F f) {
    const tensor_view<T> at = view();
    for (int z = 0; z < shape_.d; ++z)
      for (int y = 0; y < shape_.h; ++y)
        for (int x = 0; x < shape_.w; ++x)
          for (int c = 0; c < shape_.c; ++c) f(at(z, y, x, c));
  }

  shape shape_;
  T filler_;
  int pixel_stride_, row_stride_, slice_stride_;
  std::vector<T> memory_;
};

/// What a kernel wrote through views with gaps.
template <class T>
struct gapped_result {
  std::vector<T> values;
  bool gaps_untouched;
};

/// The output of the kernel itself, reading and writing tensors with gaps. Those of the inputs hold NaN.
template <class T, class W>
gapped_result<T> run_with_gaps(const bound_case<T, W>& c) {
  const auto values = inputs_of(c);
  std::vector<gapped_tensor<T>> x;
  for (std::size_t k = 0; k < c.in.size(); ++k) {
    x.emplace_back(c.in[k], std::numeric_limits<T>::quiet_NaN());
    x.back().write(values[k]);
  }
  std::vector<tensor_view<const T>> views;
  for (gapped_tensor<T>& input : x) views.push_back(input.template view<const T>());
  gapped_tensor<T> y{c.out, T(12345)};
  run_on_views(c, views, y.view());
  gapped_result<T> result{y.take(), false};
  result.gaps_untouched = y.holds_only_filler();
  return result;
}

/// Empty, or the first element of `found` that differs from `expected` by more than `tolerance` relative to
/// max(1, |expected|).
template <class T, class U>
std::string difference(const std::vector<T>& found, std::span<const U> expected, double tolerance) {
  if (found.size() != expected.size())
    return std::to_string(found.size()) + " elements, expected " + std::to_string(expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto a = static_cast<double>(found[i]), b = static_cast<double>(expected[i]);
    if (!(std::abs(a - b) <= tolerance * std::fmax(1, std::abs(b))))
      return "element " + std::to_string(i) + ": " + std::to_string(a) + ", expected " + std::to_string(b);
  }
  return {};
}

template <class T>
bool equal_bits(std::span<const T> a, std::span<const T> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}
template <class T>
bool equal_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return equal_bits(std::span<const T>{a}, std::span<const T>{b});
}

}  // namespace edgenn::tests
