// Every kernel of one instruction set against the golden values and against exact arithmetic, on views of all
// kinds, between pages that nobody may touch, and with numbers that are none.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cpu/guarded_memory.hpp>
#include <cpu/kernels.hpp>
#include <golden/golden.hpp>
#include <memory>
#include <string_view>

using namespace edgenn;
using namespace edgenn::tests;

namespace {

constexpr double unit = 0x1p-24;  // of rounding in fp32

std::string title(const tested_kernel& k) {
  std::string text = k.on.name;
  if (k.winograd_tile > 0) text += " by Winograd's F(" + std::to_string(k.winograd_tile) + ")";
  if (k.is_strassens) text += " by Strassen's algorithm";
  return text;
}

/// The same layer on other data.
bound_case<double> with_data(const bound_case<double>& c, const case_data& data) {
  bound_case<double> other = c;
  other.data = data;
  return other;
}

/// Data for which `c` sums up the absolute values of what it sums up.
case_data magnitudes(const bound_case<float>& c) {
  case_data data = c.data;
  for (std::vector<float>& x : data.inputs)
    for (float& v : x) v = std::abs(v);
  for (float& w : data.weights) w = std::abs(w);
  if (std::string_view{c.layer_name} == "batch_norm") {  // subtracts the third of its four tensors, the mean
    const std::size_t channels = data.weights.size() / 4;
    for (std::size_t i = 2 * channels; i < 3 * channels; ++i) data.weights[i] = -data.weights[i];
  }
  return data;
}

/// What a kernel may be wrong by, for each element.
class allowed_errors {
 public:
  allowed_errors(const tested_kernel& tested, const exact_kernel& in_fp64) : layer_{tested.on.layer_name} {
    const bound_case<float>& c = tested.on;
    exact = run_kernel(with_data(in_fp64.layer, c.data));
    const std::vector<double> sums = run_kernel(with_data(in_fp64.linear, magnitudes(c)));
    const int summands = c.macs > 0 ? static_cast<int>(c.macs / c.out.size()) : c.in[0].size() / c.in[0].c;
    const double largest = *std::max_element(sums.begin(), sums.end());
    mixes_ = tested.winograd_tile > 0 || tested.is_strassens;
    if (mixes_) growth_ = tested.is_strassens ? strassen_growth : winograd_growth(tested.winograd_tile);
    // A sum's products, operands and partial sums are rounded to multiples of the least denormal; or each,
    // with weights below 1, loses up to the least normal number.
    if (!tested.has_denormals) lost_below_ = 0x1p-126, lost_of_sum_ = 4 * lost_below_;
    for (std::size_t i = 0; i < exact.size(); ++i)
      values.push_back(of_element(exact[i], mixes_ ? largest : sums[i], summands, c.out.c));
  }

  std::vector<double> exact, values;

 private:
  bool is_one_of(std::initializer_list<std::string_view> names) const {
    return std::find(names.begin(), names.end(), layer_) != names.end();
  }

  double of_element(double y, double sum, int summands, int channels) const {
    if (is_one_of({"max_pool2d", "max_pool3d", "global_max_pool", "concat", "reshape", "flatten", "identity",
                   "dropout", "pad2d"}))
      return lost_below_;  // they choose and copy
    // e^x rounds its argument, which is below 4 except in what is too small to count, and its result
    if (layer_ == "softmax") return (channels + 32) * unit * y + 0x1p-120;
    if (layer_ == "lrn") return 32 * unit * std::abs(y);
    // n additions of products in any order err by at most n u sum |x w| (Higham 2002, section 3.1), each
    // also by half a denormal; an activation's slope is at most 1.5, and it rounds too
    const double growth = mixes_ ? growth_ : summands + 4;
    const double of_sum = growth * (unit * sum + (mixes_ ? summands : 1) * lost_of_sum_);
    return 1.5 * of_sum + 16 * unit * std::abs(y);
  }

  /// Bounds of Winograd's algorithms, and of Strassen's, are relative to the layer's largest sum of absolute
  /// products, because they mix the outputs of a tile.
  static double winograd_growth(int m) { return m == 2 ? 8 : m == 4 ? 64 : 128; }
  static constexpr double strassen_growth = 8;

  std::string_view layer_;
  bool mixes_ = false;
  double growth_ = 0;
  double lost_below_ = 0, lost_of_sum_ = 0x1p-149;
};

/// A kernel with the same layer in fp64 and what follows from that.
struct checked_kernel {
  tested_kernel tested;
  const exact_kernel* exact;
  allowed_errors allowed;
};

/// Layers that the CPU backend leaves to the reference, whose own tests check them: they move values, or run
/// once for an image on few numbers.
bool is_left_to_reference(std::string_view layer) {
  constexpr std::string_view left[] = {"transpose",    "slice",       "broadcast",          "bicubic_resize",
                                       "decode_boxes", "decode_grid", "non_max_suppression"};
  return std::find(std::begin(left), std::end(left), layer) != std::end(left);
}

const std::vector<checked_kernel>& kernels() {
  static const auto all = [] {
    std::vector<checked_kernel> checked;
    const auto append = [&checked](std::vector<tested_kernel> tested,
                                   const std::vector<exact_kernel>& exact) {
      for (tested_kernel& t : tested) {
        const auto same_name = [&t](const exact_kernel& e) {
          return std::string_view{e.layer.name} == t.on.name;
        };
        const auto e = std::find_if(exact.begin(), exact.end(), same_name);
        if (e == exact.end()) throw std::runtime_error{std::string{t.on.name} + ": no such exact kernel"};
        if (!t.on.is_own && is_left_to_reference(t.on.layer_name)) continue;
        checked.push_back({t, &*e, allowed_errors{t, *e}});
      }
    };
    append(tested_cases(), exact_cases());
    append(tested_convolutions(), exact_shapes());
    append(tested_shapes(), exact_shapes());
    append(tested_strassen(), exact_shapes());
    for (const int m : {0, 2, 4}) append(tested_small_winograd(m), exact_shapes());
    for (const int m : {5, 6}) append(tested_winograd(m), exact_shapes());
    return checked;
  }();
  return all;
}

void check_values(const checked_kernel& k, const std::vector<float>& found, const std::string& what) {
  const allowed_errors& allowed = k.allowed;
  REQUIRE(found.size() == allowed.exact.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double error = std::abs(static_cast<double>(found[i]) - allowed.exact[i]);
    if (!(error <= allowed.values[i])) {
      FAIL_CHECK(title(k.tested), ", ", what, ": element ", i, " is ", found[i], ", expected ",
                 allowed.exact[i], " +- ", allowed.values[i]);
      return;
    }
  }
}

/// The same kernel with inputs times `factor`.
checked_kernel scaled(const checked_kernel& k, float factor) {
  tested_kernel other = k.tested;
  for (std::vector<float>& x : other.on.data.inputs)
    for (float& v : x) v *= factor;
  return {other, k.exact, allowed_errors{other, *k.exact}};
}

/// One run in guarded memory.
class guarded_run {
 public:
  guarded_run(const bound_case<float>& c, flush where, bool gaps) : c_{c}, where_{where}, gaps_{gaps} {}

  std::vector<float> operator()() {
    std::vector<std::unique_ptr<guarded_memory>> inputs;
    std::vector<tensor_view<const float>> views;
    for (std::size_t k = 0; k < c_.in.size(); ++k) {
      inputs.push_back(memory_for(c_.in[k]));
      const tensor_view<float> x = view(*inputs.back(), c_.in[k]);
      std::size_t i = 0;
      for_each_element(c_.in[k], x, [&](float& v) { v = c_.data.inputs[k][i++]; });
      views.push_back({x.data, x.pixel_stride, x.row_stride, x.slice_stride});
    }
    const auto output = memory_for(c_.out);
    const tensor_view<float> y = view(*output, c_.out);
    const std::vector<float>& canonical = c_.data.weights;
    const auto alignment = static_cast<std::size_t>(c_.alignment);
    const bool packs = c_.packed_bytes >= 0;
    guarded_memory unpacked{canonical.size() * sizeof(float), alignof(float), where_};
    std::copy(canonical.begin(), canonical.end(), unpacked.data<float>());
    guarded_memory packed{packs ? static_cast<std::size_t>(c_.packed_bytes) : 0, alignment, where_};
    if (packs) c_.pack(unpacked.data<float>(), packed.data());
    guarded_memory scratch{static_cast<std::size_t>(c_.scratch_bytes), alignment, where_};
    const void* weights = packs ? static_cast<const void*>(packed.data()) : unpacked.data();
    c_.run_kernel(views.data(), weights, y, scratch.data(), {});

    std::vector<float> values;
    const auto untouched = [](float v) { return std::isnan(v); };
    for_each_element(c_.out, y, [&](float& v) { values.push_back(std::exchange(v, filler())); });
    const float* first = output->data<float>();
    gaps_untouched = std::all_of(first, first + span_of(c_.out), untouched);
    surroundings_untouched = output->surroundings_untouched() && packed.surroundings_untouched()
                             && scratch.surroundings_untouched();
    for (const auto& input : inputs) surroundings_untouched &= input->surroundings_untouched();
    return values;
  }

  bool gaps_untouched = false, surroundings_untouched = false;

 private:
  static float filler() { return std::numeric_limits<float>::quiet_NaN(); }

  tensor_view<float> strides(shape s) const {
    if (!gaps_) return tensor_view<float>::contiguous(nullptr, s);
    const int pixel = s.c + 3, row = s.w * pixel + 5;
    return {nullptr, pixel, row, s.h * row + 7};
  }
  /// Elements from the first to past the last.
  std::size_t span_of(shape s) const {
    const tensor_view<float> v = strides(s);
    return static_cast<std::size_t>((s.d - 1) * v.slice_stride + (s.h - 1) * v.row_stride
                                    + (s.w - 1) * v.pixel_stride + s.c);
  }
  std::unique_ptr<guarded_memory> memory_for(shape s) const {
    return std::make_unique<guarded_memory>(span_of(s) * sizeof(float), alignof(float), where_);
  }
  tensor_view<float> view(guarded_memory& memory, shape s) const {
    tensor_view<float> v = strides(s);
    v.data = memory.data<float>();
    return v;
  }
  template <class F>
  static void for_each_element(shape s, tensor_view<float> v, F f) {
    for (int z = 0; z < s.d; ++z)
      for (int y = 0; y < s.h; ++y)
        for (int x = 0; x < s.w; ++x)
          for (int c = 0; c < s.c; ++c) f(v(z, y, x, c));
  }

  const bound_case<float>& c_;
  flush where_;
  bool gaps_;
};

/// Says which kernel ran, if one touches a guard; then doctest's handler does the rest.
class crash_name {
 public:
  crash_name() {
    struct sigaction ours {};
    ours.sa_handler = [](int) {
      const std::string_view name = running;
      if (write(STDERR_FILENO, "\nrunning: ", 10) < 0 || write(STDERR_FILENO, name.data(), name.size()) < 0) {
      }
      sigaction(SIGSEGV, &doctests, nullptr);  // the access that failed is tried again
    };
    sigaction(SIGSEGV, &ours, &doctests);
  }
  ~crash_name() { sigaction(SIGSEGV, &doctests, nullptr); }
  crash_name(const crash_name&) = delete;
  crash_name& operator=(const crash_name&) = delete;

  static inline const char* running = "";

 private:
  static inline struct sigaction doctests;
};

/// Some elements: the first, one between, the last.
std::array<std::size_t, 3> some_of(std::size_t size) { return {0, size / 2, size - 1}; }

}  // namespace

TEST_CASE("the golden values") {
  for (const tested_kernel& k : tested_cases()) {
    // Rounding of fp32 sums of up to a hundred terms in another order, and of the C library's exp, tanh and
    // pow.
    const std::string differs = difference(run_kernel(k.on), golden(k.on.name).values, 1e-5);
    CHECK_MESSAGE(differs.empty(), title(k), ": ", differs);
  }
}

TEST_CASE(
    "layers have kernels of their own, except those left to the reference and LRN with unusual exponents") {
  // Else all of this would test the reference backend.
  const auto& all = kernels();
  int not_own = 0;
  for (const checked_kernel& k : all) {
    if (k.tested.on.is_own) continue;
    ++not_own;
    CHECK_MESSAGE(std::string_view{k.tested.on.layer_name} == "lrn", title(k.tested), " is the reference's");
  }
  CHECK(not_own <= 2);
  CHECK(std::any_of(all.begin(), all.end(), [](const auto& k) { return k.tested.on.packed_bytes > 0; }));
  CHECK(std::any_of(all.begin(), all.end(), [](const auto& k) { return k.tested.on.scratch_bytes > 0; }));
  for (const int m : {2, 4, 5, 6})
    CHECK(std::any_of(all.begin(), all.end(), [m](const auto& k) { return k.tested.winograd_tile == m; }));
  CHECK(std::any_of(all.begin(), all.end(), [](const auto& k) { return k.tested.is_strassens; }));
}

TEST_CASE("exact arithmetic, within the rounding of fp32") {
  for (const checked_kernel& k : kernels()) check_values(k, run_kernel(k.tested.on), "contiguous");
}

TEST_CASE("Winograd's convolutions: the errors that tag.hpp states") {
  // For few channels; twice as much with 512.
  const auto stated = [](int m) { return m == 2 ? 2e-7 : m == 4 ? 1e-6 : m == 5 ? 1.5e-6 : 2e-6; };
  int layers = 0;
  for (const checked_kernel& k : kernels()) {
    const int m = k.tested.winograd_tile;
    if (m == 0 || k.tested.on.out.size() < 64) continue;  // too few for a mean
    const std::vector<float> found = run_kernel(k.tested.on);
    const std::vector<double> linear = run_kernel(with_data(k.exact->linear, k.tested.on.data));
    double squares = 0, squares_of_errors = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double error = static_cast<double>(found[i]) - k.allowed.exact[i];
      squares += linear[i] * linear[i];
      squares_of_errors += error * error;
    }
    const double relative = std::sqrt(squares_of_errors / squares);
    CHECK_MESSAGE(relative < 2 * stated(m), title(k.tested), ": ", relative);
    ++layers;
  }
  CHECK(layers > 0);
}

TEST_CASE("views with gaps") {
  for (const checked_kernel& k : kernels()) {
    if (!k.tested.on.is_strided) continue;
    const auto found = run_with_gaps(k.tested.on);
    check_values(k, found.values, "with gaps");
    CHECK_MESSAGE(found.gaps_untouched, title(k.tested), ": wrote into a gap");
  }
}

TEST_CASE("in place: the bits of separate memory") {
  for (const checked_kernel& k : kernels()) {
    const bound_case<float>& c = k.tested.on;
    if (!c.is_in_place) continue;
    for (std::size_t i = 0; i < c.in.size(); ++i)
      if (c.in[i].size() >= c.out.size())
        CHECK_MESSAGE(equal_bits(run_kernel(c, static_cast<int>(i)), run_kernel(c)), title(k.tested),
                      ": other bits over input ", i);
  }
}

TEST_CASE("in place and divided: the bits of separate memory, whatever the order of the shares") {
  int divided = 0;
  for (const checked_kernel& k : kernels()) {
    const bound_case<float>& c = k.tested.on;
    if (!c.is_in_place || !c.is_divisible) continue;
    for (std::size_t i = 0; i < c.in.size(); ++i) {
      if (c.in[i].size() < c.out.size()) continue;
      ++divided;
      std::vector<std::vector<float>> x = c.data.inputs;
      std::vector<tensor_view<const float>> views;
      for (std::size_t n = 0; n < x.size(); ++n)
        views.push_back(tensor_view<const float>::contiguous(x[n].data(), c.in[n]));
      for (const int part : {2, 0, 1})
        run_on_views(c, views, tensor_view<float>::contiguous(x[i].data(), c.out), {part, 3});
      x[i].resize(static_cast<std::size_t>(c.out.size()));
      CHECK_MESSAGE(equal_bits(x[i], run_kernel(c)), title(k.tested), ": other bits over input ", i);
    }
  }
  CHECK(divided > 0);
}

TEST_CASE("shares compute disjoint parts, with the bits of the whole") {
  int divided = 0;
  for (const checked_kernel& k : kernels()) {
    const bound_case<float>& c = k.tested.on;
    if (!c.is_divisible) continue;
    ++divided;
    const std::vector<float> whole = run_kernel(c);
    for (const int count : {2, 3, 8}) {
      std::vector<int> writers(whole.size(), 0);
      bool same_bits = true;
      for (int i = 0; i < count; ++i) {
        const std::vector<float> y = run_kernel(c, -1, {i, count});
        for (std::size_t e = 0; e < y.size(); ++e) {
          if (std::isnan(y[e])) continue;
          ++writers[e];
          same_bits &= std::memcmp(&y[e], &whole[e], sizeof(float)) == 0;
        }
      }
      CHECK_MESSAGE(same_bits, title(k.tested), ": other bits in ", count, " shares");
      const auto once = [](int n) { return n == 1; };
      CHECK_MESSAGE(std::all_of(writers.begin(), writers.end(), once), title(k.tested), ", ", count,
                    " shares: an element that none or several write");
    }
  }
  CHECK(divided > 0);
}

TEST_CASE("between pages that nobody may touch") {
  const crash_name name_it;
  for (const checked_kernel& k : kernels()) {
    const bound_case<float>& c = k.tested.on;
    const std::string name = title(k.tested);
    crash_name::running = name.c_str();
    for (const flush where : {flush::with_start, flush::with_end})
      for (const bool gaps : {false, true}) {
        if (gaps && !c.is_strided) continue;
        guarded_run run{c, where, gaps};
        check_values(k, run(), where == flush::with_start ? "behind a guard" : "in front of a guard");
        CHECK_MESSAGE(run.gaps_untouched, name, ": wrote into a gap");
        CHECK_MESSAGE(run.surroundings_untouched, name, ": wrote beside a buffer");
      }
  }
}

TEST_CASE("huge and tiny inputs") {
  for (const checked_kernel& k : kernels()) {
    const std::string_view layer = k.tested.on.layer_name;
    if (layer == "softmax" || layer == "lrn") continue;  // their bounds hold for ordinary inputs
    if (layer == "multiply") continue;                   // squares
    for (const float factor : {0x1p90f, 0x1p-90f, 0x1p-140f}) {
      const checked_kernel other = scaled(k, factor);
      check_values(other, run_kernel(other.tested.on), factor > 1 ? "huge" : "tiny");
    }
  }
}

TEST_CASE("denormals are not flushed to zero") {
  for (const checked_kernel& k : kernels()) {
    if (std::string_view{k.tested.on.layer_name} != "average_pool2d" || !k.tested.has_denormals) continue;
    const auto small = scaled(k, 0x1p-130f);
    const std::vector<float> y = run_kernel(small.tested.on);
    CHECK_MESSAGE(std::any_of(y.begin(), y.end(), [](float v) { return std::fpclassify(v) == FP_SUBNORMAL; }),
                  title(k.tested));
  }
}

TEST_CASE("NaN and infinity in the input: where exact arithmetic gives one, and nowhere else") {
  using limits = std::numeric_limits<float>;
  const auto check = [](const checked_kernel& k, std::size_t input, std::size_t at, float strange) {
    bound_case<float> c = k.tested.on;
    c.data.inputs[input][at] = strange;
    const std::vector<double> expected = run_kernel(with_data(k.exact->layer, c.data));
    const std::vector<float> found = run_kernel(c);
    std::size_t wrong = 0;
    for (std::size_t e = 0; e < found.size(); ++e) {
      // The outputs of a tile of Winograd's share one transformed input: all of them are NaN. Strassen's
      // algorithm has sums for two pixels.
      if ((k.tested.winograd_tile > 0 || k.tested.is_strassens) && std::isnan(found[e])) continue;
      const bool same_class = std::isnan(expected[e])   ? std::isnan(found[e])
                              : std::isinf(expected[e]) ? static_cast<double>(found[e]) == expected[e]
                                                        : std::isfinite(found[e]);
      wrong += !same_class;
    }
    CHECK_MESSAGE(wrong == 0, title(k.tested), ": ", strange, " in input ", input, " at ", at, ": ", wrong,
                  " elements of the result");
  };
  for (const checked_kernel& k : kernels())
    for (std::size_t i = 0; i < k.tested.on.in.size(); ++i) {
      const std::size_t size = k.tested.on.data.inputs[i].size();
      for (const std::size_t at : some_of(size)) check(k, i, at, limits::quiet_NaN());
      check(k, i, size / 2, limits::infinity());
      check(k, i, size - 1, -limits::infinity());
    }
}

TEST_CASE("NaN in the weights: never lost") {
  // It may spread: kernels multiply it with the zeros of padding, which exact_kernels.cpp leaves out.
  for (const checked_kernel& k : kernels()) {
    if (k.tested.on.data.weights.empty()) continue;
    for (const std::size_t at : some_of(k.tested.on.data.weights.size())) {
      bound_case<float> c = k.tested.on;
      c.data.weights[at] = std::numeric_limits<float>::quiet_NaN();
      const std::vector<double> expected = run_kernel(with_data(k.exact->layer, c.data));
      const std::vector<float> found = run_kernel(c);
      std::size_t lost = 0;
      for (std::size_t e = 0; e < found.size(); ++e) lost += std::isnan(expected[e]) && !std::isnan(found[e]);
      CHECK_MESSAGE(lost == 0, title(k.tested), ": weight ", at, ": ", lost, " elements of the result");
    }
  }
}
