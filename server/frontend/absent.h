// What does not exist takes as long to be answered as what the caller may not see.
#ifndef BELFRY_SERVER_FRONTEND_ABSENT_H_
#define BELFRY_SERVER_FRONTEND_ABSENT_H_

#include "server/core/command.h"
#include "server/engine/engine.h"

namespace belfry::frontend {

// Judges the caller's sight of nobody's incident, as it would be judged of one that exists.
void JudgeAbsent(const engine::Engine& engine, const core::Caller& caller);

}  // namespace belfry::frontend

#endif  // BELFRY_SERVER_FRONTEND_ABSENT_H_
