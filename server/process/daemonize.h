// Becoming a daemon: `daemonize yes`.
#pragma once

#include <expected>
#include <string>

namespace server {

// Goes on in a grandchild that has no terminal and can never get one, with standard input, output
// and error on /dev/null; this process and the child between exit with status 0. The working
// directory stays, since `dir` decides it. To be called while there is one thread and no event
// loop: neither survives a fork.
std::expected<void, std::string> Daemonize();

}  // namespace server
