#pragma once
#include <edgenn/model.hpp>

namespace edgenn {

/// The weights of `Net` as the kernels of `Backend` want them, packed when it is made, in memory of its own.
/// A backend that reads them in canonical order needs no copy: then this is only a pointer to the caller's.
/// Either way the same two lines do:
///
///     static edgenn::packed_weights<net, edgenn::native> packed{weights};
///     static edgenn::model<net, edgenn::native> m{packed};
template <const auto& Net, class Backend>
class packed_weights {
  using model_type = model<Net, Backend>;
  using weight = typename Backend::weight;
  static constexpr bool packs = model_type::packed_bytes > 0;

 public:
  /// `canonical` is borrowed where nothing is packed.
  explicit packed_weights(std::span<const weight, model_type::weight_count> canonical) noexcept {
    if constexpr (packs)
      model_type::pack(canonical, std::span<std::byte, model_type::packed_bytes>{memory_.bytes});
    else
      memory_.canonical = detail::known_at_run_time(canonical.data());
  }
  packed_weights(const packed_weights&) = delete;
  packed_weights& operator=(const packed_weights&) = delete;

  /// What a model borrows.
  auto data() const noexcept {
    if constexpr (packs)
      return static_cast<const std::byte*>(memory_.bytes);
    else
      return memory_.canonical;
  }

 private:
  struct own {
    alignas(Backend::alignment) std::byte bytes[packs ? model_type::packed_bytes : 1];
  };
  struct borrowed {
    const weight* canonical;
  };
  std::conditional_t<packs, own, borrowed> memory_;
};

}  // namespace edgenn
