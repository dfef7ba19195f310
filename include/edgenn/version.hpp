#pragma once
// The version of edgenn, by semantic versioning 2.0.

#define EDGENN_VERSION_MAJOR 0
#define EDGENN_VERSION_MINOR 1
#define EDGENN_VERSION_PATCH 0

/// One number to compare: 10,000 x major + 100 x minor + patch.
#define EDGENN_VERSION (EDGENN_VERSION_MAJOR * 10000 + EDGENN_VERSION_MINOR * 100 + EDGENN_VERSION_PATCH)
