#pragma once
// The network of examples/detect where no model was given: SSD-MobileNet v1 of TensorFlow's Object Detection
// API.
#include <edgenn/networks/ssd_mobilenet_v1.hpp>
#include <edgenn/vision/preprocessing.hpp>

inline constexpr const auto& detector = edgenn::networks::ssd_mobilenet_v1<>;

inline constexpr edgenn::preprocessing detector_preprocessing{.height = 300,
                                                              .width = 300,
                                                              .order = edgenn::channel_order::rgb,
                                                              .mean = {127.5f, 127.5f, 127.5f},
                                                              .scale = {1 / 127.5f, 1 / 127.5f, 1 / 127.5f}};
