#pragma once
#include <string>
#include <vector>

#include "photo.hpp"

/// A picture of some of many pictures, side by side, spread evenly over all of them. Holds a few small
/// copies, however many come.
class contact_sheet {
 public:
  /// `columns` x `rows` pictures of at most `width` x `height` pixels.
  contact_sheet(int columns, int rows, int width, int height)
      : columns_{columns}, rows_{rows}, width_{width}, height_{height} {}

  /// Whether the next picture will be kept, so that it is worth drawing.
  bool wants_next() const { return seen_ % step_ == 0; }
  /// The next picture; ignored unless it is wanted.
  void add(const photo& p);
  bool is_empty() const { return kept_.empty(); }
  /// The pictures on white, in their order.
  photo drawn() const;

 private:
  int columns_, rows_, width_, height_;
  long seen_ = 0, step_ = 1;
  std::vector<photo> kept_;
};
