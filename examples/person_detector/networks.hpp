#pragma once
// The variants of the networks that the weights are of.
#include <edgenn/networks/person_far.hpp>
#include <edgenn/networks/person_medium.hpp>
#include <edgenn/networks/person_near.hpp>

inline constexpr auto far_filters = edgenn::networks::person_width::lean;
inline constexpr auto medium_filters = edgenn::networks::person_width::lean;
inline constexpr auto near_filters = edgenn::networks::person_width::lean;

inline constexpr const auto& far_network = edgenn::networks::person_far<32, 16, far_filters>;
inline constexpr const auto& medium_network = edgenn::networks::person_medium<64, 32, medium_filters>;
inline constexpr const auto& near_network = edgenn::networks::person_near<128, 64, near_filters>;
