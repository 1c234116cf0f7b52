using Gateway.Federation.Peers;
using Gateway.Mapping.Addresses;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;
using Presence.Core.Model;

namespace Gateway.Sip.Requests;

/// <summary>
/// P-Asserted-Identity (RFC 3325 §9.1, field fact A5): believed only from a peer whose record lets it assert, and only within the domains that peer proved; in every other case From counts.
/// It may hold two values, a sip one and a tel one, with the scheme in any case.
/// </summary>
internal static class AssertedIdentity
{
    private const int ValuesMax = 2;

    public static Address Of(SipSide side, SipConnection connection, SipRequest request, FederatedPeer principal, Address from)
    {
        if (!principal.Peer.Sip.AssertsIdentity || !request.Has(SipHeaderId.PAssertedIdentity)) return from;
        var count = 0;
        foreach (var value in request.All(SipHeaderId.PAssertedIdentity))
        {
            if (++count > ValuesMax) break;

            // A tel value names no user that can be answered; the sip value beside it does.
            if (!SipAddresses.TryRead(NameAddress.UriOf(value), out var asserted, out _) || asserted.IsDomain) continue;
            if (asserted == from) return from;
            if (connection.Admit(asserted.Domain).Principal is { } speaker && speaker.Peer.Name == principal.Peer.Name) return asserted;
            side.Refused(principal.Peer.Name, SipReason.IdentityNotBelieved.PublicName(), $"P-Asserted-Identity of {asserted.Domain}, which this peer may not assert.");
            return from;
        }

        return from;
    }
}
