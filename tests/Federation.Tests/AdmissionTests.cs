using System.Collections.Frozen;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;

namespace Federation.Tests;

/// <summary>Who is asking: the table of good and bad evidence against the one judge.</summary>
public sealed class AdmissionTests
{
    private static readonly DateTimeOffset Now = new HandClock().GetUtcNow();
    private static readonly LabAuthority Lab = LabAuthority.Create(Now);
    private static readonly LabAuthority Strange = LabAuthority.Create(Now, "Stranger");

    private static readonly PeerModel DiscoveredXmpp = new("template", Protocol.Xmpp) { TrustSet = "lab" };
    private static readonly PeerModel DiscoveredSip = new("template", Protocol.Sip) { TrustSet = "lab" };

    [Fact]
    public void A_certificate_that_names_the_peers_subject_admits_its_from_domain()
    {
        var admission = Admit(new Rig(trust: Lab.ToTrust()), Lab.Issue("sip.contoso.example"), Protocol.Sip, "contoso.example");

        Assert.Equal(("contoso", "contoso.example", Proof.TlsSubject), (admission.Principal!.Peer.Name, admission.Principal.Domain, admission.Principal.ProvedBy));
    }

    [Fact]
    public void An_edge_certificate_with_server_usage_only_is_enough()
    {
        var leaf = Lab.Issue(LabLeafOptions.For("sip.contoso.example") with { Usage = LabUsage.ServerAuth });

        Assert.True(Admit(new Rig(trust: Lab.ToTrust()), leaf, Protocol.Sip, "CONTOSO.example").IsAdmitted);
    }

    [Fact]
    public void A_right_certificate_may_not_speak_for_a_domain_that_is_not_its_own()
    {
        var rig = new Rig(trust: Lab.ToTrust());

        var admission = Admit(rig, Lab.Issue("sip.contoso.example"), Protocol.Sip, "fabrikam.example");

        Assert.Equal(FederationReason.FromDomainNotAllowed, admission.Reason);
        Assert.Equal("federation.FromDomainNotAllowed", Assert.Single(rig.Refusals.Snapshot()).Reason);
    }

    [Fact]
    public void Each_bad_certificate_is_refused_with_what_is_wrong_with_it()
    {
        var rig = new Rig(trust: Lab.ToTrust());
        var expired = Lab.Issue(LabLeafOptions.For("sip.contoso.example") with { NotBefore = Now.AddDays(-20), NotAfter = Now.AddDays(-1) });

        Assert.Equal(CertificateReason.Expired, Admit(rig, expired, Protocol.Sip, "contoso.example").CertificateReason);
        Assert.Equal(CertificateReason.WrongName, Admit(rig, Lab.Issue("sip.fabrikam.example"), Protocol.Sip, "contoso.example").CertificateReason);
        Assert.Equal(CertificateReason.UnknownCa, Admit(rig, Strange.Issue("sip.contoso.example"), Protocol.Sip, "contoso.example").CertificateReason);
        var none = rig.Registry.Admit(PeerEvidence.Plain("192.0.2.1:5061"), Protocol.Sip, "contoso.example");
        Assert.Equal((FederationReason.PeerNotProved, CertificateReason.NoCertificate), (none.Reason, none.CertificateReason));
    }

    [Fact]
    public void A_stranger_is_unknown_while_federation_is_closed()
    {
        var admission = Admit(new Rig(trust: Lab.ToTrust()), Lab.Issue("fabrikam.example"), Protocol.Sip, "fabrikam.example");

        Assert.Equal(FederationReason.UnknownPeer, admission.Reason);
    }

    [Fact]
    public void A_blocked_domain_is_refused_before_its_certificate_is_looked_at()
    {
        var rig = new Rig(Rig.Usual with { Policy = new PolicyModel { BlockedDomains = ["*.example"] } }, Lab.ToTrust());

        Assert.Equal(FederationReason.DomainBlocked, Admit(rig, Lab.Issue("sip.contoso.example"), Protocol.Sip, "contoso.example").Reason);
    }

    // RFC 5922 §7.3: what unauthenticated DNS says proves nothing by itself.
    [Theory]
    [InlineData("fabrikam.example", null, true)]
    [InlineData("edge.fabrikam.example", "edge.fabrikam.example", true)]
    [InlineData("edge.fabrikam.example", null, false)]
    [InlineData("edge.hoster.example", "edge.hoster.example", false)]
    public void A_discovered_partner_proves_its_domain_or_a_target_under_it(string name, string? target, bool isAdmitted)
    {
        var rig = new Rig(Rig.Usual with { DiscoveredSip = DiscoveredSip }, Lab.ToTrust());

        var admission = rig.Registry.Admit(Evidence(Lab.Issue(name)), Protocol.Sip, "fabrikam.example", target is null ? null : DiscoveredNames.Of(target, isProved: false));

        Assert.Equal(isAdmitted, admission.IsAdmitted);
        if (isAdmitted) Assert.Equal("other", PeerTable.LabelOf(admission.Principal!.Peer));
    }

    [Fact]
    public void A_stranger_is_never_discovered_for_a_domain_of_the_other_protocol()
    {
        var rig = new Rig(Rig.Usual with { DiscoveredXmpp = DiscoveredXmpp, DiscoveredSip = DiscoveredSip }, Lab.ToTrust());

        Assert.Equal(FederationReason.UnknownPeer, Admit(rig, Lab.Issue("contoso.example"), Protocol.Xmpp, "contoso.example").Reason);
    }

    [Fact]
    public void An_xmpp_server_proves_the_domain_itself_and_not_its_host()
    {
        var rig = new Rig(trust: Lab.ToTrust());

        Assert.Equal(Proof.SaslExternal, Admit(rig, Lab.Issue("capulet.example"), Protocol.Xmpp, "capulet.example").Principal!.ProvedBy);
        Assert.Equal(CertificateReason.WrongName, Admit(rig, Lab.Issue("xmpp.hoster.example"), Protocol.Xmpp, "capulet.example").CertificateReason);
    }

    [Theory]
    [InlineData(false, false, true, false)]
    [InlineData(true, false, true, true)]
    [InlineData(true, false, false, false)]
    [InlineData(true, true, false, true)]
    public void Dialback_is_as_good_as_the_peers_record_says(bool allowsDialback, bool allowsPlaintext, bool isOverTls, bool isAdmitted)
    {
        var rig = new Rig(Rig.Usual with { Peers = [Rig.Edge, Rig.Server with { AllowsDialback = allowsDialback, Tls = allowsPlaintext ? TlsPolicy.Optional : TlsPolicy.Required }] });

        Assert.Equal(isAdmitted, rig.Registry.AdmitByDialback("capulet.example", isOverTls).IsAdmitted);
        Assert.Equal(FederationReason.UnknownPeer, rig.Registry.AdmitByDialback("stranger.example", isOverTls).Reason);
    }

    [Fact]
    public void An_unproved_certificate_may_be_followed_by_dialback_and_is_no_refusal_yet()
    {
        var rig = new Rig(Rig.Usual with { Peers = [Rig.Server with { AllowsDialback = true }] }, Lab.ToTrust());

        var admission = Admit(rig, Strange.Issue("capulet.example"), Protocol.Xmpp, "capulet.example");

        Assert.True(admission.MayUseDialback);
        Assert.Empty(rig.Refusals.Snapshot());
    }

    [Fact]
    public void A_dialled_target_must_be_the_peer_that_was_meant()
    {
        var rig = new Rig(trust: Lab.ToTrust());

        Assert.True(rig.Registry.AdmitTarget(Evidence(Lab.Issue("sip.contoso.example")), Rig.Edge, "contoso.example").IsAdmitted);
        Assert.False(rig.Registry.AdmitTarget(Evidence(Lab.Issue("contoso.example")), Rig.Edge, "contoso.example").IsAdmitted);
    }

    [Fact]
    public void A_missing_trust_set_admits_nobody()
    {
        Assert.Equal(CertificateReason.TrustSetMissing, Admit(new Rig(), Lab.Issue("sip.contoso.example"), Protocol.Sip, "contoso.example").CertificateReason);
    }

    [Fact]
    public void A_peer_that_speaks_an_older_TLS_than_its_record_allows_is_refused_in_both_directions()
    {
        var strict = Rig.Edge with { TlsVersionMin = TlsVersion.Tls13 };
        var rig = new Rig(Rig.Usual with { Peers = [strict, Rig.Server] }, Lab.ToTrust("lab"));
        var old = Evidence(Lab.Issue("sip.contoso.example")) with { TlsVersion = "Tls12" };
        Assert.Equal(FederationReason.TlsTooOld, rig.Registry.Admit(old, Protocol.Sip, "contoso.example").Reason);
        Assert.Equal(FederationReason.TlsTooOld, rig.Registry.AdmitTarget(old, strict, "contoso.example").Reason);
        Assert.True(rig.Registry.Admit(old with { TlsVersion = "Tls13" }, Protocol.Sip, "contoso.example").IsAdmitted);
        Assert.True(new Rig(Rig.Usual, Lab.ToTrust("lab")).Registry.Admit(old, Protocol.Sip, "contoso.example").IsAdmitted);
    }

    [Theory, Item("PIF-089"), Item("OCS-089")]
    [InlineData("Tls", true)]
    [InlineData("Tls11", true)]
    [InlineData("Tls12", true)]
    [InlineData("Tls", false)]
    [InlineData("Tls11", false)]
    public void Old_TLS_is_taken_from_the_peer_whose_record_says_so_and_from_no_other(string version, bool isRelaxed)
    {
        var other = new PeerModel("old", Protocol.Sip)
        {
            TlsSubjects = ["sip.fabrikam.example"], FromDomains = new[] { "fabrikam.example" }.ToFrozenSet(), TrustSet = "lab", TlsVersionMin = TlsVersion.Tls10,
        };
        var rig = new Rig(Rig.Usual with { Peers = [Rig.Edge, other, Rig.Server] }, Lab.ToTrust("lab"));
        Assert.True(rig.Registry.Current.Peers.MayBeOld);
        var (name, domain) = isRelaxed ? ("sip.fabrikam.example", "fabrikam.example") : ("sip.contoso.example", "contoso.example");
        var evidence = Evidence(Lab.Issue(name)) with { TlsVersion = version };

        Assert.Equal(isRelaxed ? null : FederationReason.TlsTooOld, rig.Registry.RefuseOldTls(evidence, Protocol.Sip)?.Reason);
        Assert.Equal(isRelaxed ? FederationReason.None : FederationReason.TlsTooOld, rig.Registry.Admit(evidence, Protocol.Sip, domain).Reason);
    }

    [Fact]
    public void Old_TLS_is_taken_from_no_stranger_and_a_refused_certificate_says_what_is_wrong_with_it()
    {
        var old = Rig.Edge with { TlsVersionMin = TlsVersion.Tls11 };
        var rig = new Rig(Rig.Usual with { Peers = [old, Rig.Server], DiscoveredSip = DiscoveredSip }, Lab.ToTrust("lab"));
        Assert.Equal("federation.TlsTooOld", rig.Registry.RefuseOldTls(Evidence(Lab.Issue("fabrikam.example")) with { TlsVersion = "Tls11" }, Protocol.Sip)!.PublicReason);
        Assert.Equal("federation.TlsTooOld", rig.Registry.RefuseOldTls(PeerEvidence.Plain("192.0.2.1:5061") with { TlsVersion = "Tls11" }, Protocol.Sip)!.PublicReason);
        Assert.Equal("federation.TlsTooOld", rig.Registry.RefuseOldTls(Evidence(Lab.Issue("sip.contoso.example")) with { TlsVersion = "Tls" }, Protocol.Sip)!.PublicReason);
        Assert.Equal("certificates.UnknownCa", rig.Registry.RefuseOldTls(Evidence(Strange.Issue("sip.contoso.example")) with { TlsVersion = "Tls11" }, Protocol.Sip)!.PublicReason);
        Assert.Null(rig.Registry.RefuseOldTls(Evidence(Lab.Issue("fabrikam.example")) with { TlsVersion = "Tls12" }, Protocol.Sip));
    }

    [Fact, Item("PS-007")]
    public void A_weak_certificate_is_taken_from_the_peer_whose_record_says_so()
    {
        var weak = Lab.Issue(LabLeafOptions.For("sip.contoso.example") with { Key = LabKey.Rsa1024 });
        Assert.Equal("certificates.WeakKey", Admit(new Rig(trust: Lab.ToTrust("lab")), weak, Protocol.Sip, "contoso.example").PublicReason);
        Assert.True(Admit(new Rig(Rig.Usual with { Peers = [Rig.Edge with { AllowsWeakCertificate = true }] }, Lab.ToTrust("lab")), weak, Protocol.Sip, "contoso.example").IsAdmitted);
    }

    [Theory, InlineData("edge.hosting.example", true), InlineData("edge.other.example", false)]
    public void A_host_that_DNSSEC_proved_is_the_domains_own_word(string name, bool isAdmitted)
    {
        var rig = new Rig(Rig.Usual with { Peers = [Rig.Server], Domains = [new("fabrikam.example", DomainKind.Sip)], DiscoveredSip = new PeerModel("", Protocol.Sip) { TrustSet = "lab" } }, Lab.ToTrust("lab"));
        var admission = rig.Registry.Admit(Evidence(Lab.Issue(name)), Protocol.Sip, "fabrikam.example", DiscoveredNames.Of("edge.hosting.example", isProved: true));
        Assert.Equal(isAdmitted, admission.IsAdmitted);
        Assert.False(rig.Registry.Admit(Evidence(Lab.Issue(name)), Protocol.Sip, "fabrikam.example", DiscoveredNames.Of("edge.hosting.example", isProved: false)).IsAdmitted);
    }

    private static Admission Admit(Rig rig, LabLeaf leaf, Protocol protocol, string domain) => rig.Registry.Admit(Evidence(leaf), protocol, domain);

    private static PeerEvidence Evidence(LabLeaf leaf) => new(leaf.Certificate, leaf.Intermediates, "192.0.2.1:5061", "TLS 1.3", "TLS_AES_128_GCM_SHA256");
}
