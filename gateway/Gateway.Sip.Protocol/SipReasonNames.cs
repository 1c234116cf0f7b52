using System.Collections.Frozen;

namespace Gateway.Sip.Protocol;

/// <summary>Public names of <see cref="SipReason"/>: room, dot, member; allocated once.</summary>
public static class SipReasonNames
{
    private static readonly FrozenDictionary<SipReason, string> _names =
        Enum.GetValues<SipReason>().ToFrozenDictionary(r => r, r => "sip." + r);

    public static string PublicName(this SipReason reason) => _names[reason];
}
