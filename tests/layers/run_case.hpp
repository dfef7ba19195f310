#pragma once
// The cases of cases.hpp as functions that run them on a backend. Only these functions are templates of a
// case: there are many cases, so whatever else a test does, it does with values.
#include <cases.hpp>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <edgenn/model.hpp>
#include <limits>
#include <string>
#include <vector>

namespace edgenn::tests {

/// A case on `Backend`.
template <class Backend>
struct bound_case {
  using element = typename Backend::element;
  using weight = typename Backend::weight;

  const char* name;
  const char* layer_name;
  std::vector<shape> in;
  shape out;
  case_data data;
  bool is_strided;
  bool is_in_place;

  /// Runs the network of this one layer.
  void (*run_network)(const element* const* x, const weight* weights, element* y);
  /// Runs the kernel itself.
  void (*run_kernel)(const tensor_view<const element>* x, const weight* weights, tensor_view<element> y);
};

/// The two ways to run `Case` on `Backend`.
template <class Backend, class Case, class = std::make_index_sequence<Case::in.size()>>
struct case_on;

template <class Backend, class Case, std::size_t... K>
struct case_on<Backend, Case, std::index_sequence<K...>> {
  using element = typename Backend::element;
  using weight = typename Backend::weight;

  static void run_network(const element* const* x, const weight* weights, element* y) {
    using model = edgenn::model<Case::network, Backend>;
    model net{std::span<const weight, model::weight_count>{weights, std::size_t{model::weight_count}}};
    net.run(std::span<const element, elements<K>>{x[K], elements<K>}...);
    const auto result = net.output();
    std::memcpy(y, result.data(), result.size_bytes());
  }

  static void run_kernel(const tensor_view<const element>* x, const weight* weights, tensor_view<element> y) {
    using kernel = edgenn::kernel<Backend, typename Case::op>;
    static_assert(detail::scratch_bytes_of<kernel>() == 0 && !detail::packs<kernel>,
                  "kernels with scratch memory or packed weights run as networks only");
    if constexpr (requires { kernel::run(x[K]..., y, weights); })
      detail::run_op<Backend, typename Case::op>(x[K]..., y, weights);
    else
      detail::run_op<Backend, typename Case::op>(x[K]..., y);
  }

 private:
  template <std::size_t J>
  static constexpr std::size_t elements = static_cast<std::size_t>(Case::in[J].size());
};

/// Whether tests run the networks of the cases, or the kernels alone, which compile faster.
enum class scope { networks_and_kernels, kernels };
enum class selection { all, with_weights };

/// The selected cases on `Backend`.
template <class Backend, scope What = scope::networks_and_kernels, selection Which = selection::all>
std::vector<bound_case<Backend>> bound_cases() {
  std::vector<bound_case<Backend>> cases;
  for_each_case([&cases]<class Case>(const Case& c) {
    if constexpr (Which == selection::all || Case::weights.count() > 0) {
      using kernel = edgenn::kernel<Backend, typename Case::op>;
      bound_case<Backend> b{c.name,
                            Case::layer.name,
                            {Case::in.begin(), Case::in.end()},
                            Case::out,
                            make_data(c),
                            detail::is_strided<kernel>(),
                            detail::is_in_place<kernel>(),
                            nullptr,
                            &case_on<Backend, Case>::run_kernel};
      if constexpr (What == scope::networks_and_kernels) b.run_network = &case_on<Backend, Case>::run_network;
      cases.push_back(std::move(b));
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
template <class Backend>
std::vector<std::vector<typename Backend::element>> inputs_of(const bound_case<Backend>& c) {
  std::vector<std::vector<typename Backend::element>> x;
  for (const std::vector<float>& input : c.data.inputs)
    x.push_back(converted<typename Backend::element>(input));
  return x;
}

template <class Backend>
std::vector<typename Backend::element> run_network(const bound_case<Backend>& c) {
  const auto x = inputs_of(c);
  std::vector<const typename Backend::element*> starts;
  for (const auto& input : x) starts.push_back(input.data());
  std::vector<typename Backend::element> y(static_cast<std::size_t>(c.out.size()));
  c.run_network(starts.data(), converted<typename Backend::weight>(c.data.weights).data(), y.data());
  return y;
}

/// The output of the kernel itself on contiguous views; written over input number `over` unless that is -1.
template <class Backend>
std::vector<typename Backend::element> run_kernel(const bound_case<Backend>& c, int over = -1) {
  using T = typename Backend::element;
  auto x = inputs_of(c);
  std::vector<tensor_view<const T>> views;
  for (std::size_t k = 0; k < x.size(); ++k)
    views.push_back(tensor_view<const T>::contiguous(x[k].data(), c.in[k]));
  std::vector<T> separate(static_cast<std::size_t>(c.out.size()));
  std::vector<T>& y = over < 0 ? separate : x[static_cast<std::size_t>(over)];
  c.run_kernel(views.data(), converted<typename Backend::weight>(c.data.weights).data(),
               tensor_view<T>::contiguous(y.data(), c.out));
  y.resize(separate.size());
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
template <class Backend>
gapped_result<typename Backend::element> run_with_gaps(const bound_case<Backend>& c) {
  using T = typename Backend::element;
  const auto values = inputs_of(c);
  std::vector<gapped_tensor<T>> x;
  for (std::size_t k = 0; k < c.in.size(); ++k) {
    x.emplace_back(c.in[k], std::numeric_limits<T>::quiet_NaN());
    x.back().write(values[k]);
  }
  std::vector<tensor_view<const T>> views;
  for (gapped_tensor<T>& input : x) views.push_back(input.template view<const T>());
  gapped_tensor<T> y{c.out, T(12345)};
  c.run_kernel(views.data(), converted<typename Backend::weight>(c.data.weights).data(), y.view());
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
