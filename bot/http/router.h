// Which handler answers which path.
#ifndef BELFRY_BOT_HTTP_ROUTER_H_
#define BELFRY_BOT_HTTP_ROUTER_H_

#include <map>
#include <string>
#include <utility>

#include "bot/http/listener.h"

namespace belfry::bot {

// Filled at the start, read-only afterwards.
class Router {
 public:
  // `path` exactly; a path twice is an error of ours.
  void Add(std::string path, HttpListener::Handler handler) {
    handlers_.emplace(std::move(path), std::move(handler));
  }
  void Handle(HttpRequest request, HttpListener::Respond respond) const {
    const auto found = handlers_.find(request.path);
    if (found == handlers_.end()) {
      respond({.status = 404, .body = "there is nothing here\n"});
    } else {
      found->second(std::move(request), std::move(respond));
    }
  }
  bool empty() const { return handlers_.empty(); }

 private:
  std::map<std::string, HttpListener::Handler> handlers_;
};

}  // namespace belfry::bot

#endif  // BELFRY_BOT_HTTP_ROUTER_H_
