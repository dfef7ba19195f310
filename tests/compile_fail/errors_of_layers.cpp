// Layers, backends and calls that must not compile. As in errors_of_networks.cpp, check.py defines one case at
// a time and looks for the text after `expect:` and for the marked line.
// clang-format off: every mark stays on its line
#include <edgenn.hpp>
#include <edgenn/profile.hpp>
#include <edgenn/prove.hpp>

using namespace edgenn;

struct soft_sign {
  static constexpr const char* name = "soft_sign";
  constexpr shape output(shape in) const { return in; }
};
template <>
struct edgenn::layer_named<"soft_sign"> {
  using type = soft_sign;
};

inline constexpr auto small = network({4, 4, 1}, [](value x) { return x | dense{.units = 2}; });
using small_model = model<small, reference>;

#ifdef CASE_not_registered
struct unheard_of {
  static constexpr const char* name = "unheard_of";
  constexpr shape output(shape in) const { return in; }
};
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | unheard_of{};  // expect: edgenn: register the layer beside its definition
});
#endif

#ifdef CASE_name_taken
struct other_dense {
  static constexpr const char* name = "dense";
  constexpr shape output(shape in) const { return in; }
};
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | other_dense{};  // expect: edgenn: register the layer beside its definition
});
#endif

#ifdef CASE_float_member
struct scaled {
  static constexpr const char* name = "scaled";
  float by = 1;
  constexpr shape output(shape in) const { return in; }
};
template <>
struct edgenn::layer_named<"scaled"> {
  using type = scaled;
};
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | scaled{2};  // expect: edgenn: members of a layer must be int
});
#endif

#ifdef CASE_bool_member
struct switched {
  static constexpr const char* name = "switched";
  bool on = true;
  constexpr shape output(shape in) const { return in; }
};
template <>
struct edgenn::layer_named<"switched"> {
  using type = switched;
};
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | switched{};  // expect: edgenn: members of a layer must be int
});
#endif

#ifdef CASE_too_many_parameters
struct wordy {
  static constexpr const char* name = "wordy";
  static_array<int, 25> parameters{};
  constexpr shape output(shape in) const { return in; }
};
template <>
struct edgenn::layer_named<"wordy"> {
  using type = wordy;
};
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | wordy{};  // expect: edgenn: a layer has at most 24 words of parameters
});
#endif

#ifdef CASE_too_many_extents
constexpr int five_extents() {
  weight_tensors t;
  t.add("kernel", 1, 2, 3, 4, 5);  // expect: edgenn: a weight tensor has 1 to 4 extents
  return t.count();
}
#endif

#ifdef CASE_number_of_inputs
constexpr value add_three(value x) {
  return x.net->append(add_layer{}, x, x, x);  // expect: edgenn: this layer does not take this number of inputs
}
#endif

#ifdef CASE_two_inputs_for_one
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | add_layer{};  // expect: edgenn: this layer does not take this number of inputs
});
#endif

#ifdef CASE_nine_inputs
constexpr value nine(value x) {
  return x.net->append(concat_layer{}, x, x, x, x, x, x, x, x, x);  // expect: edgenn: a layer has 1 to 8 inputs
}
#endif

#ifdef CASE_concat_of_nine
constexpr value nine(value x) {
  return concat(x, x, x, x, x, x, x, x, x);  // expect: edgenn: concat joins 2 to 8 values
}
#endif

#ifdef CASE_seventeen_outputs
constexpr auto all(value x) {
  return outputs{x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};  // expect: edgenn: a network has at most 16 outputs
}
#endif

#ifdef CASE_nine_network_inputs
constexpr shape s{.c = 1};
inline constexpr auto net =
    network(inputs{s, s, s, s, s, s, s, s, s},  // expect: edgenn: a network has 1 to 8 inputs
            [](auto x, auto...) { return x | relu; });
#endif

#ifdef CASE_number_as_layer
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | 3;  // expect: what_follows_a_value_must_be_a_layer_an_activation_or_a_block
});
#endif

#ifdef CASE_type_as_layer
struct not_a_layer {};
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | not_a_layer{};  // expect: what_follows_a_value_must_be_a_layer_an_activation_or_a_block
});
#endif

#ifdef CASE_function_without_result
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  const auto block = [](value y) { y = y | relu; };
  return x | block;  // expect: what_follows_a_value_must_be_a_layer_an_activation_or_a_block
});
#endif

#ifdef CASE_forgotten_kernel
inline constexpr auto net = network({8, 8, 1}, [](value x) { return x | soft_sign{}; });
static const float none_needed[1] = {};
model<net, reference> m{std::span<const float, 0>{none_needed, 0}};  // expect: edgenn: neither this backend nor its fallbacks have a kernel for this op
#endif

#ifdef CASE_forgotten_kernel_in_a_long_network
inline constexpr auto net = network({64, 64, 3}, [](value x) {
  for (int i = 0; i < 10; ++i) x = x | conv2d{.filters = 4 + i, .kernel = 3, .act = relu} | soft_sign{};
  return x | dense{.units = 10} | softmax{};
});
static const float weights[net.weight_count] = {};
model<net, reference> m{weights};  // expect: edgenn: neither this backend nor its fallbacks have a kernel for this op
#endif

#ifdef CASE_backend_without_kernels
struct bare {
  using element = float;
  using weight = float;
  using fallback = no_fallback;
  static constexpr int alignment = 4;
};
static const float weights[small.weight_count] = {};
model<small, bare> m{weights};  // expect: edgenn: neither this backend nor its fallbacks have a kernel for this op
#endif

#ifdef CASE_kernel_without_run
template <soft_sign L, shape Out, shape In>
struct edgenn::kernel<reference, op<L, Out, In>> {
  static void compute(tensor_view<const float>, tensor_view<float>) {}
};
inline constexpr auto net = network({8, 8, 1}, [](value x) { return x | soft_sign{}; });
using m = model<net, reference>;
static_assert(m::arena_bytes > 0);  // expect: edgenn: neither this backend nor its fallbacks have a kernel for this op
#endif

#ifdef CASE_kernel_with_other_arguments
template <soft_sign L, shape Out, shape In>
struct edgenn::kernel<reference, op<L, Out, In>> {
  static void run(tensor_view<const float>, tensor_view<double>) {}
};
inline constexpr auto net = network({8, 8, 1}, [](value x) { return x | soft_sign{}; });
static model<net, reference> m{std::span<const float, 0>{}};  // expect: edgenn: a kernel has static void run(inputs..., output[, weights[, scratch]][, share])
#endif

#ifdef CASE_too_few_weights
static const float weights[33] = {};
small_model m{weights};  // expect: no matching
#endif

#ifdef CASE_weights_of_another_type
static const half weights[small.weight_count] = {};
small_model m{weights};  // expect: no matching
#endif

#ifdef CASE_arena_too_small
static const float weights[small.weight_count] = {};
static std::byte arena[4];
model<small, reference, borrowed_arena> m{weights, arena};  // expect: no matching
#endif

#ifdef CASE_image_too_small
float first(small_model& m) {
  static const float image[15] = {};
  return m.run(image)[0];  // expect: no matching
}
#endif

#ifdef CASE_weights_file_of_doubles
auto read(std::span<const std::byte> bytes) {
  return read_weights<small, double>(bytes);  // expect: edgenn: files store float or half
}
#endif

#ifdef CASE_clock_that_counts_in_int
struct clock {
  static int now() { return 0; }
};
edgenn::profile<small_model, clock> times;  // expect: edgenn: a clock counts in an unsigned integer
#endif

#ifdef CASE_kernel_that_wants_scratch_before_weights
template <soft_sign L, shape Out, shape In>
struct edgenn::kernel<reference, op<L, Out, In>> {
  static void run(tensor_view<const float>, tensor_view<float>, std::byte*, const float*) {}
};
inline constexpr auto net = network({8, 8, 1}, [](value x) { return x | soft_sign{}; });
static model<net, reference> m{std::span<const float, 0>{}};  // expect: edgenn: a kernel has static void run(inputs..., output[, weights[, scratch]][, share])
#endif

#ifdef CASE_kernel_with_run_of_an_object
template <soft_sign L, shape Out, shape In>
struct edgenn::kernel<reference, op<L, Out, In>> {
  void run(tensor_view<const float>, tensor_view<float>) {}
};
inline constexpr auto net = network({8, 8, 1}, [](value x) { return x | soft_sign{}; });
static model<net, reference> m{std::span<const float, 0>{}};  // expect: edgenn: a kernel has static void run(inputs..., output[, weights[, scratch]][, share])
#endif

#ifdef CASE_kernel_with_template
template <soft_sign L, shape Out, shape In>
struct edgenn::kernel<reference, op<L, Out, In>> {
  template <class T>
  static void run(tensor_view<const T>, tensor_view<T>) {}
};
inline constexpr auto net = network({8, 8, 1}, [](value x) { return x | soft_sign{}; });
static model<net, reference> m{std::span<const float, 0>{}};  // expect: edgenn: `run` of a kernel must be one public function, neither a template nor overloaded
#endif

#ifdef CASE_kernel_with_overloads
template <soft_sign L, shape Out, shape In>
struct edgenn::kernel<reference, op<L, Out, In>> {
  static void run(tensor_view<const float>, tensor_view<float>) {}
  static void run(tensor_view<const double>, tensor_view<double>) {}
};
inline constexpr auto net = network({8, 8, 1}, [](value x) { return x | soft_sign{}; });
static model<net, reference> m{std::span<const float, 0>{}};  // expect: edgenn: `run` of a kernel must be one public function, neither a template nor overloaded
#endif

#ifdef CASE_layer_without_shape_rule
struct shapeless {
  static constexpr const char* name = "shapeless";
};
template <>
struct edgenn::layer_named<"shapeless"> {
  using type = shapeless;
};
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | shapeless{};  // expect: edgenn: this layer lacks its shape rule: constexpr shape output(shape in...) const
});
#endif

#ifdef CASE_shape_rule_not_const
struct mutable_rule {
  static constexpr const char* name = "mutable_rule";
  constexpr shape output(shape in) { return in; }
};
template <>
struct edgenn::layer_named<"mutable_rule"> {
  using type = mutable_rule;
};
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | mutable_rule{};  // expect: edgenn: the shape rule `output` of a layer must be const
});
#endif

#ifdef CASE_shape_rule_of_a_number
struct numeric_rule {
  static constexpr const char* name = "numeric_rule";
  constexpr int output(shape in) const { return in.c; }
};
template <>
struct edgenn::layer_named<"numeric_rule"> {
  using type = numeric_rule;
};
inline constexpr auto net = network({8, 8, 1}, [](value x) {
  return x | numeric_rule{};  // expect: edgenn: the shape rule `output` of a layer must return a shape
});
#endif

inline constexpr auto two_inputs =
    network(inputs{shape{2, 2, 1}, shape{.c = 3}}, [](value a, value b) { return concat(a | flatten{}, b); });

#ifdef CASE_second_input_too_small
void fill(model<two_inputs, reference>& m) {
  const float a[4] = {}, b[2] = {};
  m.run(a, b);  // expect: edgenn: input K must be an array or a span of as many elements
}
#endif

#ifdef CASE_second_input_of_unknown_size
void fill(model<two_inputs, reference>& m, std::span<const float> b) {
  const float a[4] = {};
  m.run(a, b);  // expect: edgenn: input K must be an array or a span of as many elements
}
#endif

#ifdef CASE_first_input_of_another_type
void fill(model<two_inputs, reference>& m) {
  const double a[4] = {};
  const float b[3] = {};
  m.run(a, b);  // expect: edgenn: input K must be an array or a span of as many elements
}
#endif

#ifdef CASE_too_few_inputs
void fill(model<two_inputs, reference>& m) {
  const float a[4] = {};
  m.run(a);  // expect: no matching
}
#endif

#ifdef CASE_memory_of_another_size_to_prove
auto prove_it(small_model& m, const weights_file<small>& file) {
  static float image[15];
  return prove(m, file, image);  // expect: span<
}
#endif

#ifdef CASE_memory_of_unknown_size_to_prove
auto prove_it(small_model& m, const weights_file<small>& file, std::span<float> image) {
  return prove(m, file, image);  // expect: span<
}
#endif

#ifdef CASE_arena_beyond_32_bits
inline constexpr auto net = network({20000, 40000, 1}, [](value x) { return x | softmax{}; });
using m = model<net, reference>;
static_assert(m::arena_bytes > 0);  // expect: edgenn: the arena of this network needs more than 2147483647 bytes
#endif

#ifdef CASE_arena_of_a_pooled_convolution_beyond_32_bits
inline constexpr auto net = network({12000, 12000, 1}, [](value x) {
  return x | conv2d{.filters = 14, .kernel = 3} | max_pool2d{.window = 2, .stride = 2};
});
using m = model<net, reference>;
static_assert(m::arena_bytes > 0);  // expect: edgenn: the arena of this network needs more than 2147483647 bytes
#endif

#ifdef CASE_joined_arena_beyond_32_bits
inline constexpr auto net = network({20000, 20000, 1}, [](value x) {
  return concat(axis::height, x | softmax{}, x | softmax{}, x | softmax{}, x | softmax{});
});
using m = model<net, reference>;
static_assert(m::arena_bytes > 0);  // expect: edgenn: the arena of this network needs more than 2147483647 bytes
#endif

template <int Alignment, class Element = float>
struct aligned {
  using element = Element;
  using weight = float;
  using fallback = basic_reference<Element, float>;
  static constexpr int alignment = Alignment;
};

#ifdef CASE_alignment_of_twelve
using m = model<small, aligned<12>>;
static_assert(m::arena_bytes > 0);  // expect: edgenn: a backend's alignment must be a power of two
#endif

#ifdef CASE_alignment_of_nothing
using m = model<small, aligned<0>>;
static_assert(m::arena_bytes > 0);  // expect: edgenn: a backend's alignment must be a power of two
#endif

#ifdef CASE_alignment_below_that_of_elements
using m = model<small, aligned<4, double>>;
static_assert(m::arena_bytes > 0);  // expect: edgenn: a backend's alignment must be a power of two
#endif

struct packer {
  using element = float;
  using weight = float;
  using fallback = reference;
  static constexpr int alignment = 16;
};
template <dense L, shape Out, shape In>
struct edgenn::kernel<packer, op<L, Out, In>> {
  static constexpr int packed_bytes = 1000000000;
  static void pack(const float*, std::byte*) {}
  static void run(tensor_view<const float>, tensor_view<float>, const std::byte*) {}
};

#ifdef CASE_packed_weights_beyond_32_bits
inline constexpr auto net = network({1, 1, 4}, [](value x) {
  return x | dense{.units = 1} | dense{.units = 1} | dense{.units = 1};
});
using m = model<net, packer>;
static_assert(m::arena_bytes > 0);  // expect: edgenn: the packed weights of this network need more than 2147483647 bytes
#endif

// Legal: more than 2147483647 bytes of weights that nobody packs.
inline constexpr auto heavy = network({1, 1, 30000}, [](value x) { return x | dense{.units = 30000}; });
static_assert(model<heavy, reference>::weight_bytes == 4LL * (30000LL * 30000 + 30000));

#ifdef CASE_executor_without_threads
struct one_after_another {
  void run(int count, share_task task, void* context) {
    for (int i = 0; i < count; ++i) task(context, i);
  }
};
void run(small_model& m, one_after_another& e, std::span<const float, small[0].out.size()> x) {
  static_cast<void>(m.run(e, x));  // expect: edgenn: a model that an executor runs has a backend with_threads<Backend, Threads>
}
#endif

#ifdef CASE_no_threads
using m = model<small, with_threads<reference, 0>>;
static_assert(m::arena_bytes > 0);  // expect: edgenn: a model is run by at least one thread
#endif

#ifdef CASE_thread_pool_without_threads
#include <edgenn/executors/thread_pool.hpp>
edgenn::thread_pool<0> pool;  // expect: edgenn: a thread pool has at least one thread, its caller
#endif
