#pragma once
// What a layer is, and how a graph holds any layer, the library's or a user's.
//
// A layer is a plain struct: its members are the parameters, `output` is its shape rule. The graph stores the
// members as words and remembers the layer by the hash of its name; `layer_named` leads from that hash back
// to the type. So there is no list of all layers anywhere: one that registers its name is a full citizen.
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <edgenn/activation.hpp>
#include <edgenn/shape.hpp>
#include <edgenn/static_array.hpp>
#include <type_traits>

namespace edgenn {

/// One tensor of weights: its name and extents, outermost first. Extents that it lacks are 1.
struct weight_tensor {
  const char* name = "";                  ///< for people: files store no names
  static_array<int, 4> dims{1, 1, 1, 1};  ///< extents, outermost first
  int rank = 0;                           ///< extents in use

  /// Number of elements. A tensor of a network has at most 2147483647; for a larger one this is some number
  /// above that.
  constexpr long long size() const { return detail::count_of(dims[0], dims[1], dims[2], dims[3]); }
};

/// The tensors that one layer brings, in the order in which a weights file stores them.
class weight_tensors {
 public:
  /// Adds a tensor with 1 to 4 extents, outermost first.
  template <std::same_as<int>... Dims>
  constexpr void add(const char* name, Dims... dims) {
    static_assert(sizeof...(Dims) >= 1 && sizeof...(Dims) <= 4, "edgenn: a weight tensor has 1 to 4 extents");
    tensors_[count_] = weight_tensor{name, {1, 1, 1, 1}, int{sizeof...(Dims)}};
    int axis = 0;
    ((tensors_[count_].dims[axis++] = dims), ...);
    ++count_;
  }
  /// Number of tensors.
  constexpr int count() const { return count_; }
  constexpr const weight_tensor& operator[](int i) const { return tensors_[i]; }
  /// Number of elements of all tensors together.
  constexpr long long size() const {
    long long sum = 0;
    for (int i = 0; i < count_; ++i) sum += (*this)[i].size();
    return sum;
  }

 private:
  static_array<weight_tensor, 4> tensors_{};
  int count_ = 0;
};

/// The hash of a layer's name (FNV-1a, 64 bits).
struct layer_name {
  std::uint64_t hash;  ///< of the name

  /// Hashes `text`.
  consteval layer_name(const char* text) : hash{14695981039346656037u} {
    for (; *text != '\0'; ++text) hash = (hash ^ static_cast<unsigned char>(*text)) * 1099511628211u;
  }
  /// Of a hash.
  constexpr explicit layer_name(std::uint64_t h) : hash{h} {}
  friend constexpr bool operator==(const layer_name&, const layer_name&) = default;
};

/// Leads from a layer's name to its type. Whoever defines a layer specialises this beside it:
///
///     template <>
///     struct edgenn::layer_named<"soft_sign"> { using type = soft_sign; };
template <layer_name Name>
struct layer_named {};

/// What a layer's struct offers:
/// - `static constexpr const char* name`, registered with `layer_named`;
/// - parameters as members: int, enumerations, `extent`, `padding`, `activation`, `real`, `flag`;
/// - `constexpr shape output(shape in...) const`, the shape rule, with one parameter for each input;
/// - optionally `constexpr weight_tensors weights(shape in...) const`;
/// - optionally `constexpr long long macs(shape in...) const`, multiply-accumulate operations.
template <class T>
concept layer = std::is_class_v<T> && requires {
  { T::name } -> std::convertible_to<const char*>;
};

namespace detail {

inline constexpr int max_layer_words = 24;
using layer_words = static_array<std::int32_t, max_layer_words>;

template <class L>
inline constexpr int words_of = std::is_empty_v<L> ? 0 : static_cast<int>(sizeof(L) / sizeof(std::int32_t));

/// Whether the members of `L` are words, nothing else and not too many. Then a graph can hold it.
template <class L>
concept made_of_words = std::is_empty_v<L> ||(
    std::has_unique_object_representations_v<L> && sizeof(L) % sizeof(std::int32_t) == 0);
template <class L>
concept has_parameters = !std::is_empty_v<L> && made_of_words<L> && words_of<L> <= max_layer_words;

template <class L>
consteval bool is_registered() {
  if constexpr (requires { typename layer_named<layer_name{L::name}>::type; })
    return std::same_as<typename layer_named<layer_name{L::name}>::type, L>;
  else
    return false;
}

template <layer L>
constexpr layer_words to_words(const L& l) {
  static_assert(is_registered<L>(),
                "edgenn: register the layer beside its definition: "
                "template <> struct edgenn::layer_named<\"its name\"> { using type = the_layer; };");
  static_assert(made_of_words<L>,
                "edgenn: members of a layer must be int, an enumeration of int, or edgenn's extent, padding, "
                "activation, real or flag: no float, bool, pointer or padding byte");
  static_assert(words_of<L> <= max_layer_words, "edgenn: a layer has at most 24 words of parameters");
  layer_words words{};
  if constexpr (has_parameters<L>) {
    const auto bits = std::bit_cast<static_array<std::int32_t, words_of<L>>>(l);
    for (int i = 0; i < bits.size(); ++i) words[i] = bits[i];
  }
  return words;
}

template <layer L>
constexpr L from_words(const layer_words& words) {
  if constexpr (has_parameters<L>) {
    static_array<std::int32_t, words_of<L>> bits{};
    for (int i = 0; i < bits.size(); ++i) bits[i] = words[i];
    return std::bit_cast<L>(bits);
  } else {
    return L{};
  }
}

/// Whether another layer's activation can become the parameter `act` of `L`.
template <class L>
concept takes_activation = requires(L l) {
  requires std::same_as<decltype(l.act), activation>;
};

/// What the graph must know of a layer whose type it has erased.
struct layer_traits {
  const char* name;
  std::uint64_t id;
  int word_count;
  bool has_activation;
  activation (*get_activation)(const layer_words&);
  void (*set_activation)(layer_words&, const activation&);
};

template <layer L>
constexpr activation activation_of(const layer_words& words) {
  if constexpr (takes_activation<L>)
    return from_words<L>(words).act;
  else
    return activations::none;
}

template <layer L>
constexpr void set_activation_of(layer_words& words, const activation& act) {
  if constexpr (takes_activation<L>) {
    L l = from_words<L>(words);
    l.act = act;
    words = to_words(l);
  }
}

template <layer L>
inline constexpr layer_traits traits_of{L::name,          layer_name{L::name}.hash,
                                        words_of<L>,      takes_activation<L>,
                                        activation_of<L>, set_activation_of<L>};

/// What an any_layer holds before it is given a layer.
inline constexpr layer_traits no_layer{"", 0, 0, false, nullptr, nullptr};

}  // namespace detail

/// A layer of any type, erased while the compiler builds the graph.
class any_layer {
 public:
  /// Holds no layer.
  constexpr any_layer() = default;
  /// Holds `l`.
  template <layer L>
  constexpr explicit any_layer(const L& l) : traits_{&detail::traits_of<L>}, words_{detail::to_words(l)} {}

  /// The name under which the layer is registered.
  constexpr const char* name() const { return traits_->name; }
  /// The hash of that name.
  constexpr layer_name id() const { return layer_name{traits_->id}; }
  /// Whether it holds an `L`.
  template <layer L>
  constexpr bool is() const {
    return traits_->id == layer_name{L::name}.hash;
  }
  /// The layer with its parameters. Only if `is<L>()`.
  template <layer L>
  constexpr L as() const {
    return detail::from_words<L>(words_);
  }
  /// Whether the layer has a parameter `act`, the activation fused into it.
  constexpr bool has_activation() const { return traits_->has_activation; }
  /// That parameter; `none` if the layer has none.
  constexpr activation act() const { return traits_->get_activation(words_); }
  /// Sets that parameter, if the layer has it.
  constexpr void set_act(const activation& act) { traits_->set_activation(words_, act); }
  /// Number of the 32-bit words that the parameters fill.
  constexpr int word_count() const { return traits_->word_count; }
  /// Word `i` of the parameters.
  constexpr std::int32_t word(int i) const { return words_[i]; }

 private:
  const detail::layer_traits* traits_ = &detail::no_layer;
  detail::layer_words words_{};
};

}  // namespace edgenn
