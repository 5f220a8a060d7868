// How a command's spec is told to clients: the replies of COMMAND INFO and COMMAND DOCS.
#pragma once

#include <string_view>
#include <vector>

#include "protocol/resp/reply_writer.h"
#include "server/dispatch/command_table.h"

namespace server {

// One element of COMMAND and COMMAND INFO: ten fields, subcommands included.
void ReplyCommandInfo(protocol::resp::ReplyWriter& reply, const CommandInTable& command);
// The value of one pair of COMMAND DOCS.
void ReplyCommandDocs(protocol::resp::ReplyWriter& reply, const CommandInTable& command);

std::string_view GroupName(CommandGroup group);
// All categories of the command, those implied by its flags too, as bits of AclCategory.
uint32_t AclCategoriesOf(const CommandSpec& spec);
// The categories' names without '@', in the order of their bits.
std::vector<std::string_view> AclCategoryNames(uint32_t categories);
std::vector<std::string_view> KeyFlagNames(uint16_t flags);

}  // namespace server
