using System.Runtime.InteropServices;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Dialogs;

/// <summary>Identity of a dialog as one end sees it (RFC 3261 §12): Call-ID, own tag, the other's tag. Tables keep it per principal (design law 11).</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DialogId(string CallId, string LocalTag, string RemoteTag)
{
    /// <summary>The dialog an incoming request names: To is ours, From is the peer's.</summary>
    public static DialogId OfRequest(SipRequest request) => new(request.CallId, request.ToTag, request.FromTag);

    /// <summary>The dialog an incoming response names: From is ours, To is the peer's.</summary>
    public static DialogId OfResponse(SipResponse response) => new(response.CallId, response.FromTag, response.ToTag);
}
