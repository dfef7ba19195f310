#pragma once
// A network as a compile-time value, built by ordinary constexpr code.
#include <concepts>
#include <edgenn/basic_graph.hpp>
#include <utility>

namespace edgenn {

inline constexpr int default_capacity = 256;  ///< nodes; `network<N>` makes room for more

class builder;

/// One edge of the graph: the result of a node. Cheap to copy; exists only during constant evaluation.
struct value {
  builder* net;  ///< the graph being built
  int id;        ///< number of the node

  /// The value's shape, for blocks that depend on it.
  constexpr shape extents() const;
};

/// The shapes of a network with several inputs: `network(inputs{shape{28, 28, 1}, shape{.c = 4}}, ...)`.
template <int N>
struct inputs {
  static_array<shape, N> shapes;  ///< of the inputs, in order
};
/// As many as there are shapes.
template <std::same_as<shape>... S>
inputs(S...) -> inputs<int{sizeof...(S)}>;

/// The results of a network with several outputs: `return outputs{boxes, scores};`.
template <int N>
struct outputs {
  static_assert(N <= max_network_outputs, "edgenn: a network has at most 16 outputs");
  static_array<value, N> values;  ///< the results, in order
};
/// As many as there are values.
template <std::same_as<value>... V>
outputs(V...) -> outputs<int{sizeof...(V)}>;

/// A reusable part of a network: anything that maps a value to a value.
template <class T>
concept block = !layer<T> && requires(const T& t, value x) {
  { t(x) } -> std::same_as<value>;
};

namespace detail {

struct member_named_output {
  int output;
};
/// Names of both bases are ambiguous here: it has no member `output` of its own if `L` has one.
template <class L>
struct with_output : L, member_named_output {};

/// Whether the layer has a member `output`, even one that does not fit.
template <class L>
concept has_output = !requires {
  &with_output<L>::output;
};

template <class L, class... Shapes>
concept takes = requires(L l, Shapes... in) {
  l.output(in...);
};

/// Stops compilation unless `L` has a shape rule for as many inputs as there are `Shapes`.
template <class L, class... Shapes>
consteval bool has_shape_rule() {
  if constexpr (requires(const L& l, Shapes... in) {
                  { l.output(in...) } -> std::same_as<shape>;
                }) {
    return true;
  } else {
    static_assert(has_output<L>,
                  "edgenn: this layer lacks its shape rule: "
                  "constexpr shape output(shape in...) const");
    static_assert(!has_output<L> || takes<L, Shapes...>,
                  "edgenn: this layer does not take this number of inputs");
    static_assert(!takes<L, Shapes...> || takes<const L, Shapes...>,
                  "edgenn: the shape rule `output` of a layer must be const");
    static_assert(!takes<const L, Shapes...>,
                  "edgenn: the shape rule `output` of a layer must return a shape");
    return false;
  }
}

}  // namespace detail

/// Appends nodes to a graph. Users meet it only through `value`.
class builder {
 public:
  /// Builds into `nodes`, which has room for `capacity`.
  constexpr builder(node* nodes, int capacity) : nodes_{nodes}, capacity_{capacity} {}

  /// Adds an input.
  constexpr value append_input(shape extents) {
    node& n = next();
    n.layer = any_layer{input{}};
    n.out = checked(extents);
    return {this, count_++};
  }

  /// Adds a layer that reads `in`. Stops compilation if the layer refuses their shapes.
  template <layer L, std::same_as<value>... Values>
  [[nodiscard]] constexpr value append(const L& l, Values... in) {
    static_assert(sizeof...(in) >= 1 && sizeof...(in) <= max_node_inputs,
                  "edgenn: a layer has 1 to 8 inputs");
    constexpr bool fits = detail::has_shape_rule<L, decltype(in.extents())...>();
    if (((in.net != this) || ...)) error::values_belong_to_different_networks();
    node& n = next();
    n.layer = any_layer{l};
    (static_cast<void>(n.inputs[n.input_count++] = in.id), ...);
    if constexpr (fits) n.out = checked(l.output(in.extents()...));
    n.weight_offset = weight_count_;
    if constexpr (requires { l.weights(in.extents()...); }) {
      const long long count = l.weights(in.extents()...).size();
      if (count > detail::max_int - weight_count_) error::network_has_more_than_2147483647_weights();
      n.weight_count = static_cast<int>(count);
      weight_count_ += n.weight_count;
    }
    if constexpr (requires { l.macs(in.extents()...); }) n.macs = l.macs(in.extents()...);
    if (n.macs > 9223372036854775807 - macs_) error::network_has_more_than_9223372036854775807_macs();
    macs_ += n.macs;
    return {this, count_++};
  }

  constexpr const node& operator[](int i) const { return nodes_[i]; }
  /// Nodes so far, inputs included.
  constexpr int count() const { return count_; }
  /// Elements of all weights so far.
  constexpr int weight_count() const { return weight_count_; }

 private:
  constexpr node& next() {
    if (count_ == capacity_) error::network_has_more_nodes_than_its_capacity(capacity_);
    nodes_[count_].origin = count_;
    return nodes_[count_];
  }

  static constexpr shape checked(shape s) {
    if (s.h < 1 || s.w < 1 || s.c < 1 || s.d < 1) error::shape_has_an_extent_below_one(s);
    if (detail::count_of(s.h, s.w, s.c, s.d) > detail::max_int)
      error::tensor_has_more_than_2147483647_elements(s);
    return s;
  }

  node* nodes_;
  int capacity_;
  int count_ = 0;
  int weight_count_ = 0;
  long long macs_ = 0;
};

constexpr shape value::extents() const { return (*net)[id].out; }

/// `x | conv2d{...}`: appends a layer with one input.
template <layer L>
[[nodiscard]] constexpr value operator|(value x, const L& l) {
  return x.net->append(l, x);
}

/// `x | block`: the same as block(x).
template <block B>
[[nodiscard]] constexpr value operator|(value x, const B& b) {
  return b(x);
}

namespace detail {

template <class T>
concept misplaced = !layer<T> && !block<T> && !std::convertible_to<T, activation>;

}  // namespace detail

/// Whatever else stands after `|` is an error.
template <detail::misplaced T>
[[nodiscard]] constexpr value operator|(value x, const T&) {
  error::what_follows_a_value_must_be_a_layer_an_activation_or_a_block();
  return x;
}

/// A comment on a shape that the compiler checks: `x | conv2d{...} | expect{24, 24, 20}`.
struct expect {
  int h = 1;  ///< rows
  int w = 1;  ///< columns
  int c = 1;  ///< channels
  int d = 1;  ///< depth

  /// Returns `x` if it has this shape, and stops compilation otherwise.
  [[nodiscard]] constexpr value operator()(value x) const {
    const shape expected{h, w, c, d};
    if (x.extents() != expected) error::value_does_not_have_the_expected_shape(x.extents(), expected);
    return x;
  }
};

namespace detail {

template <int Capacity>
constexpr void finish(basic_graph<Capacity>& g, const builder& b, const value* results, int count) {
  g.node_count = b.count();
  g.weight_count = b.weight_count();
  g.output_count = count;
  for (int k = 0; k < count; ++k) {
    if (results[k].net != &b) error::values_belong_to_different_networks();
    if (results[k].id < g.input_count) error::network_must_not_return_its_input_unchanged();
    g.outputs[k] = results[k].id;
  }
}

template <int N>
constexpr void finish_with(auto& g, const builder& b, const outputs<N>& results) {
  finish(g, b, results.values.data(), N);
}
constexpr void finish_with(auto& g, const builder& b, const value& result) { finish(g, b, &result, 1); }

template <class T, class... Values>
concept definition_for = requires(T define, Values... x) {
  define(x...);
};

template <int, class T>
struct repeated {
  using type = T;
};

/// Calls `define` with all of `x` and finishes the graph. One function, because clang shows the ten outermost
/// and innermost calls above an error only, and the user's line should be among them.
template <int N, int... K>
constexpr void define_with(auto& g, const builder& b, auto& define, const static_array<value, N>& x,
                           std::integer_sequence<int, K...>) {
  constexpr bool takes_inputs = definition_for<decltype(define), typename repeated<K, value>::type...>;
  static_assert(takes_inputs, "edgenn: the function that defines a network takes one value for each input");
  if constexpr (takes_inputs) {
    using results = decltype(define(x[K]...));
    constexpr bool returns = !std::same_as<results, void>;
    static_assert(returns,
                  "edgenn: the function that defines a network returns nothing: a `return` is missing");
    if constexpr (returns) {
      constexpr bool has_results = requires(const results& r) { finish_with(g, b, r); };
      static_assert(has_results,
                    "edgenn: the function that defines a network returns a value or outputs{...}");
      if constexpr (has_results) finish_with(g, b, define(x[K]...));
    }
  }
}

}  // namespace detail

/// Builds the graph of `define`, a function from the input values to the output value or `outputs`.
/// `Capacity` bounds the number of nodes, inputs included.
template <int Capacity = default_capacity, int N, class Define>
consteval basic_graph<Capacity> network(const inputs<N>& in, Define define) {
  static_assert(N >= 1 && N <= max_node_inputs, "edgenn: a network has 1 to 8 inputs");
  basic_graph<Capacity> g;
  builder b{g.nodes.data(), Capacity};
  static_array<value, N> x{};
  for (int k = 0; k < N; ++k) x[k] = b.append_input(in.shapes[k]);
  g.input_count = N;
  detail::define_with(g, b, define, x, std::make_integer_sequence<int, N>{});
  return g;
}

/// The same with one input.
template <int Capacity = default_capacity, class Define>
consteval basic_graph<Capacity> network(shape in, Define define) {
  return network<Capacity>(inputs<1>{{in}}, define);
}

}  // namespace edgenn
