namespace LyncEdge.Dialogs;

/// <summary>Reason phrases of the statuses the edge gives.</summary>
public static class Phrases
{
    public static string Of(int status) => status switch
    {
        100 => "Trying", 101 => "Progress Report", 180 => "Ringing", 183 => "Session Progress", 200 => "OK", 202 => "Accepted",
        400 => "Bad Request", 403 => "Forbidden", 404 => "Not Found", 405 => "Method Not Allowed", 406 => "Not Acceptable",
        408 => "Request Timeout", 415 => "Unsupported Media Type", 416 => "Unsupported URI Scheme", 420 => "Bad Extension", 423 => "Interval Too Brief",
        480 => "Temporarily Unavailable", 481 => "Call Leg/Transaction Does Not Exist", 486 => "Busy Here", 487 => "Request Terminated",
        483 => "Too Many Hops", 488 => "Not Acceptable Here", 489 => "Bad Event", 491 => "Request Pending", 500 => "The server encountered an unexpected internal error",
        503 => "Service Unavailable", 504 => "Server time-out", 603 => "Decline", 604 => "Does Not Exist Anywhere", 606 => "Not Acceptable",
        _ => "Answer",
    };
}
