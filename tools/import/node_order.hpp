#pragma once
// The order of a model's nodes.
#include "source.hpp"

namespace edgenn::import {

/// Puts nodes in an order in which each follows what it reads, the given one where it is one, and drops those
/// that no output depends on. Throws import_error where a node depends on its own result.
void sort_nodes(model& m);

}  // namespace edgenn::import
