#pragma once
// The networks as they were trained: which variants, and how their scores compare.
#include <edgenn/networks/person_far.hpp>
#include <edgenn/networks/person_medium.hpp>
#include <edgenn/networks/person_near.hpp>
#include <edgenn/person_config.hpp>

inline constexpr edgenn::person_scales far_trained{
    .levels = 7, .filters = edgenn::networks::person_width::lean, .gain = 2.034, .offset = -1.247};
inline constexpr edgenn::person_scales medium_trained{
    .levels = 7, .filters = edgenn::networks::person_width::slim, .gain = 1.405, .offset = .031};
inline constexpr edgenn::person_scales near_trained{
    .levels = 12, .filters = edgenn::networks::person_width::slim, .gain = 2.096, .offset = -.14};

/// Whatever is found, the near network looks at once more, in its own size.
inline constexpr edgenn::second_look second_trained{
    .net = edgenn::person_net::near, .weight = .75, .gain = 2.096, .offset = -.14, .threshold = -2};

inline constexpr const auto& far_network = edgenn::networks::person_far<32, 16, far_trained.filters>;
inline constexpr const auto& medium_network = edgenn::networks::person_medium<64, 32, medium_trained.filters>;
inline constexpr const auto& near_network = edgenn::networks::person_near<128, 64, near_trained.filters>;
