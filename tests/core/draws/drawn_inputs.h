#ifndef BRAINALIGN_TESTS_CORE_DRAWS_DRAWN_INPUTS_H_
#define BRAINALIGN_TESTS_CORE_DRAWS_DRAWN_INPUTS_H_

#include <Eigen/Core>
#include <vector>

#include "core/problem/inputs.h"
#include "tests/core/draws/chances.h"

namespace brainalign {

// An experiment: sensors and activations are sums of a few variables of each word and of noise,
// with some of the faults that real data have. `few`: up to 2,048 words, which are held in double
// precision; else up to 6,000.
AlignmentInputs DrawInputs(Chances& chances, bool few);

// Spoils sensors (rows, s), a row a word and time or a sample; `session` (rows).
void SpoilSensors(Chances& chances, const std::vector<int>& session, Eigen::MatrixXd& sensors);

// Spoils activations (words, d).
void SpoilActivations(Chances& chances, const std::vector<int>& session,
                      Eigen::MatrixXd& activations);

// (rows, columns)
Eigen::MatrixXd Normals(ReproducibleRandom& random, Eigen::Index rows, Eigen::Index columns);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_DRAWS_DRAWN_INPUTS_H_
