#include "bot/http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace belfry::bot {
namespace {

constexpr absl::Duration kRetryAfterMin = absl::Seconds(1);
constexpr absl::Duration kRetryAfterMax = absl::Hours(1);

struct Sink {
  std::string body;
  size_t max = 0;
};

size_t Append(char* bytes, size_t size, size_t count, void* user) {
  Sink& sink = *static_cast<Sink*>(user);
  if (sink.body.size() + size * count > sink.max) return 0;  // ends the transfer
  sink.body.append(bytes, size * count);
  return size * count;
}

bool IsLoopback(const std::string& url) {
  for (const char* prefix :
       {"http://127.", "http://localhost:", "http://localhost/", "http://[::1]"}) {
    if (absl::StartsWith(url, prefix)) return true;
  }
  return false;
}

// Before these nothing of the request has left.
bool NothingSent(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return true;
    default:
      return false;
  }
}

}  // namespace

CurlHttpClient::CurlHttpClient(CurlOptions options) : options_(options) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)global;
}

absl::StatusOr<HttpResponse> CurlHttpClient::Send(const OutgoingRequest& request) {
  if (!absl::StartsWith(request.url, "https://") && !IsLoopback(request.url)) {
    return absl::InvalidArgumentError("only https addresses, and http on loopback, are allowed");
  }
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(),
                                                                   &curl_easy_cleanup);
  CURL* const curl = handle.get();
  Sink sink;
  sink.max = options_.body_bytes_max;
  curl_slist* list = nullptr;
  for (const auto& [name, value] : request.headers) {
    list = curl_slist_append(list, absl::StrCat(name, ": ", value).c_str());
  }
  list = curl_slist_append(list, "Expect:");
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(list,
                                                                            &curl_slist_free_all);
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  // A kept connection that dies would make libcurl send the request a second time by itself.
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.connect_timeout)));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.total_timeout)));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
  if (request.method != "GET") {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    if (request.method != "POST") {
      curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    const std::string text = curl_easy_strerror(code);  // never the address, it may be a secret
    return NothingSent(code) ? absl::UnavailableError(text) : absl::UnknownError(text);
  }
  HttpResponse response;
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  curl_off_t retry_after = 0;
  curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
  if (retry_after > 0) {
    response.retry_after = std::clamp(absl::Seconds(retry_after), kRetryAfterMin, kRetryAfterMax);
  }
  response.body = std::move(sink.body);
  return response;
}

}  // namespace belfry::bot
