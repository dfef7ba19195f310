#pragma once
// The network of examples/classify where no model was given: LeNet-5, which knows white digits on black.
#include <edgenn.hpp>
#include <edgenn/networks/lenet5.hpp>
#include <edgenn/vision/preprocessing.hpp>

inline constexpr const auto& classifier = edgenn::networks::lenet5;

inline constexpr edgenn::preprocessing classifier_preprocessing{
    .height = 28, .width = 28, .order = edgenn::channel_order::grey, .scale = {1 / 256.0f}};
