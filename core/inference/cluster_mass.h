#ifndef BRAINALIGN_CORE_INFERENCE_CLUSTER_MASS_H_
#define BRAINALIGN_CORE_INFERENCE_CLUSTER_MASS_H_

#include "core/inference/null_tests.h"

namespace brainalign {

// The threshold of cells that belong to a cluster. It is fixed before the data are seen.
constexpr double kClusterThreshold = 1.645;

// With z = (R - mean) / deviation of each cell over the observed matrix and all nulls (division by
// their number; z is 0 where the deviation is), a cluster is a set of cells with z > threshold that
// are neighbours in time or layer. Its mass is the sum of z - threshold (Maris and Oostenveld
// 2007). A cluster's p speaks of the cluster as a whole, not of its edges. Requirements as of
// TestNoRelation.
ClusterTests TestClusters(const ScoreMatrix& seen, const MatrixDraws& null,
                          double threshold = kClusterThreshold);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_CLUSTER_MASS_H_
