#pragma once
// The networks of a person detector and their weights, one set for all levels of the pyramid.
#include <edgenn/model.hpp>
#include <edgenn/networks/person_far.hpp>
#include <edgenn/networks/person_medium.hpp>
#include <edgenn/networks/person_near.hpp>
#include <edgenn/packed_as.hpp>
#include <edgenn/packed_weights.hpp>
#include <edgenn/person_plan.hpp>

namespace edgenn {

namespace detail {

/// `Net` on an image of `Height` x `Width`.
template <person_net Net, int Height, int Width, networks::person_width Filters>
constexpr const auto& person_network() {
  if constexpr (Net == person_net::far)
    return networks::person_far<Height, Width, Filters>;
  else if constexpr (Net == person_net::medium)
    return networks::person_medium<Height, Width, Filters>;
  else
    return networks::person_near<Height, Width, Filters>;
}

/// What a detector runs as `Net`: its models, and the packed weights that they share.
template <class Backend, const person_config& Config, person_net Net>
struct person_networks {
  using plan = person_plan<Config>;
  static constexpr auto filters = scales_of(Config, Net).filters;
  static constexpr int first = plan::first_of(Net);
  static constexpr bool is_used = plan::uses(Net);

  static constexpr extent patch = person_patch(Net);
  static constexpr const auto& of_patch = person_network<Net, patch.h, patch.w, filters>();
  /// The network chooses algorithms and the order of weights as on the largest of its levels. Of a ground
  /// plane's strips that need not be the one with the most rows.
  static constexpr extent most = first < 0 ? patch
                                           : extent{plan::scales[first < 0 ? 0 : first].rows,
                                                    plan::scales[first < 0 ? 0 : first].columns};

  using backend = packed_as<Backend, person_network<Net, most.h, most.w, filters>()>;
  using weights =
      std::conditional_t<is_used, packed_weights<person_network<Net, most.h, most.w, filters>(), backend>,
                         no_observer>;
  template <int Height, int Width>
  using model_on = model<person_network<Net, Height, Width, filters>(), backend, borrowed_arena>;
};

}  // namespace detail

/// The weights of the networks that `Config` uses, packed for `Backend`: once for all levels of the pyramid.
/// Large: make it static. The networks' canonical weights are only read while it is made, unless the backend
/// reads weights in canonical order (`reference`): then they are borrowed.
template <class Backend, const person_config& Config = default_person_config>
class person_weights {
  template <person_net Net>
  using networks_of = detail::person_networks<Backend, Config, Net>;

 public:
  /// Weights of the three networks, in canonical order.
  /// @{
  static constexpr int far_count = networks_of<person_net::far>::of_patch.weight_count;
  static constexpr int medium_count = networks_of<person_net::medium>::of_patch.weight_count;
  static constexpr int near_count = networks_of<person_net::near>::of_patch.weight_count;
  /// @}

  /// Those of networks that the configuration does not use are not looked at.
  person_weights(std::span<const typename Backend::weight, far_count> far,
                 std::span<const typename Backend::weight, medium_count> medium,
                 std::span<const typename Backend::weight, near_count> near) noexcept
      : far_(packed<person_net::far>(far)),
        medium_(packed<person_net::medium>(medium)),
        near_(packed<person_net::near>(near)) {}
  person_weights(const person_weights&) = delete;
  person_weights& operator=(const person_weights&) = delete;

  /// The packed weights of a network that is used.
  template <person_net Net>
  const auto& of() const noexcept {
    if constexpr (Net == person_net::far)
      return far_;
    else if constexpr (Net == person_net::medium)
      return medium_;
    else
      return near_;
  }

 private:
  template <person_net Net, class Canonical>
  static auto packed([[maybe_unused]] const Canonical& canonical) noexcept {
    if constexpr (networks_of<Net>::is_used)
      return typename networks_of<Net>::weights{canonical};
    else
      return typename networks_of<Net>::weights{};
  }

  typename networks_of<person_net::far>::weights far_;
  typename networks_of<person_net::medium>::weights medium_;
  typename networks_of<person_net::near>::weights near_;
};

}  // namespace edgenn
