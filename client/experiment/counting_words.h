#ifndef BRAINALIGN_CLIENT_EXPERIMENT_COUNTING_WORDS_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_COUNTING_WORDS_H_

#include <string>
#include <vector>

namespace brainalign {

// The word in a layer's name that hints that its number counts from the last layer: "neg" of
// "neg_layer_1", "end" of "layer_1_from_the_end". Empty if there is none. `words` are those of the
// whole name, in lower case. A word that belongs to another thing than the layer does not count:
// "last" of "layer_1_last_token". client/python/brainalign/_counting_words.py has the same words.
std::string WordOfCountingBack(const std::vector<std::string>& words);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_COUNTING_WORDS_H_
