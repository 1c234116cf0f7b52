using System.Collections.Frozen;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Routes;

namespace Federation.Tests;

/// <summary>PS-058: a peer that is switched off keeps its record and its domains, and nothing is exchanged with it.</summary>
public sealed class LinkPolicyTests
{
    private static readonly DateTimeOffset Now = new HandClock().GetUtcNow();
    private static readonly LabAuthority Lab = LabAuthority.Create(Now);

    private static readonly FederationModel Off = Rig.Usual with
    {
        Peers = [Rig.Edge with { Policy = LinkPolicy.Denied }, Rig.Server],
        DiscoveredSip = new PeerModel("template", Protocol.Sip) { TrustSet = "lab" },
    };

    [Fact]
    public void A_denied_peer_is_refused_with_the_reason_whatever_it_proves_and_nobody_else_may_take_its_domain()
    {
        var rig = new Rig(Off, Lab.ToTrust());

        Assert.Equal(FederationReason.LinkDenied, Admit(rig, "sip.contoso.example").Reason);
        Assert.Equal(FederationReason.LinkDenied, Admit(rig, "contoso.example").Reason);
        Assert.Equal("federation.LinkDenied", Assert.Single(rig.Refusals.Snapshot()).Reason);
    }

    [Fact]
    public void Nothing_leaves_for_a_denied_peer_and_a_connection_to_it_is_not_kept()
    {
        var rig = new Rig(Off, Lab.ToTrust());

        Assert.Equal("federation.LinkDenied", rig.Send(Rig.Juliet, Rig.Alice, Rig.Server).Reason);
        var evidence = Evidence("sip.contoso.example");
        Assert.Equal(FederationReason.LinkDenied, rig.Registry.AdmitTarget(evidence, Rig.Edge, "contoso.example").Reason);
        Assert.Contains("whose policy is denied", string.Join('\n', RouteExplanation.Of(rig.Registry.Current, Rig.Alice, Rig.Juliet).Steps), StringComparison.Ordinal);
    }

    [Fact]
    public void A_back_up_takes_the_place_of_a_denied_peer()
    {
        var rig = new Rig(Off with { Peers = [.. Off.Peers, Rig.Edge with { Name = "spare" }], Routes = [new("contoso.example", "contoso"), new("contoso.example", "spare") { Priority = 2 }] }, Lab.ToTrust());

        rig.Send(Rig.Juliet, Rig.Alice, Rig.Server);

        Assert.Equal("spare", Assert.Single(rig.Sip.Messages).Peer.Name);
        Assert.Equal("spare", Admit(rig, "sip.contoso.example").Principal!.Peer.Name);
    }

    [Fact]
    public void Dialback_does_not_bring_a_denied_peer_back()
    {
        var server = Rig.Server with { Policy = LinkPolicy.Denied, AllowsDialback = true };
        var rig = new Rig(new FederationModel { Peers = [server], Domains = [new("capulet.example", DomainKind.Xmpp)] });

        Assert.Equal(FederationReason.LinkDenied, rig.Registry.AdmitByDialback("capulet.example", isOverTls: true).Reason);
    }

    private static Admission Admit(Rig rig, string certificate) => rig.Registry.Admit(Evidence(certificate), Protocol.Sip, "contoso.example");

    private static PeerEvidence Evidence(string name) => Evidence(Lab.Issue(name));

    private static PeerEvidence Evidence(LabLeaf leaf) => new(leaf.Certificate, leaf.Intermediates, "192.0.2.1:5061", "TLS 1.3", "TLS_AES_128_GCM_SHA256");
}
