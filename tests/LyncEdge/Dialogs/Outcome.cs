using LyncEdge.Wire;

namespace LyncEdge.Dialogs;

/// <summary>What became of a request: a response, or nothing (status 0) with the reason.</summary>
public sealed record Outcome(int Status, SipMessage? Response, string Reason)
{
    public bool IsFinal => Status == 0 || Status >= 200;

    public bool IsSuccess => Status is >= 200 and < 300;

    public string? Diagnostics => Response?.Get("ms-diagnostics-public") ?? Response?.Get("ms-diagnostics");
}
