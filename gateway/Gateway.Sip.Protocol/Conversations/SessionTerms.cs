using System.Runtime.InteropServices;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>The session timer in force on a dialog (RFC 4028): its interval, and whether we are the one who refreshes. Zero seconds: none.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SessionTerms(uint Seconds, bool IsOurs)
{
    public static readonly SessionTerms None;

    /// <summary>When a session that was not refreshed is ended: a little before it expires (RFC 4028 §10).</summary>
    public TimeSpan Patience => TimeSpan.FromSeconds(Seconds - Math.Min(32, Seconds / 3));

    /// <summary>When the refresher refreshes: at half the interval (RFC 4028 §9).</summary>
    public TimeSpan RefreshAfter => TimeSpan.FromSeconds(Seconds / 2);
}
