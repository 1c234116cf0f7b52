using System.Security.Cryptography.X509Certificates;
using Certificates;
using Gateway.Federation;
using Gateway.Host.Configuration;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Federation.Routes;
using Gateway.Host.Composition;
using Presence.Core.Authorization;
using Presence.Core.Model;

namespace Host.Tests.Configuration;

/// <summary>Reading of <c>appliance.json</c>: what is good becomes a model, what is wrong is said all at once.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly Sample sample = new();

    public void Dispose() => sample.Dispose();

    [Fact]
    public void Good_file_with_comments_and_trailing_commas_becomes_a_model()
    {
        var reading = sample.Read(Sample.Good);

        Assert.Empty(reading.Faults);
        Assert.Equal("gw.jabber.example", reading.Model!.Fqdn);
        Assert.Equal(5061, reading.Model.SipListeners[0].EndPoint.Port);
        Assert.Equal(Path.Combine(sample.Folder, "run", "gateway.db"), reading.Model.StoreFile);
        var contoso = reading.Model.Federation.Peers[0];
        Assert.Equal(("contoso", Protocol.Sip, "lync2013"), (contoso.Name, contoso.Protocol, contoso.Profile));
        Assert.Equal(["contoso.example"], contoso.FromDomains.ToArray());
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("{ \"log\": { \"level\": \"debug\" }\n  \"store\": {} }", "line 2, byte 3: \"store\": {} }")]
    [InlineData("{\n  \u201clog\u201d: {} }", "straight quotes")]
    [InlineData("{ \"log\": {} ", "line 1")]
    public void What_is_no_JSON_is_said_with_its_line_and_what_to_look_for(string text, string told)
    {
        var fault = Assert.Single(sample.Read(text).Faults);
        Assert.Equal("$", fault.Path);
        Assert.Contains(told, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact, Item("PS-125")]
    public void Filters_rules_about_users_and_limits_of_a_peer_become_parts_of_the_model()
    {
        var reading = sample.ReadWith("\"peers\"", """
            "limits": { "stanzaDepthMax": 32 },
            "policy": {
              "filters": { "xmpp": { "incomingFrom": { "default": "deny", "hosts": ["jabber.example"], "addresses": ["192.0.2.7", "2001:db8::/32"] } } },
              "access": [{ "user": "alice@contoso.example", "from": "jabber.example", "action": "politeBlock" }],
            },
            "peers"
            """);

        Assert.Empty(reading.Faults);
        var policy = reading.Model!.Federation.Policy;
        Assert.Equal((FilterDefault.Deny, "jabber.example"), (policy.XmppFilters.IncomingFrom.Default, Assert.Single(policy.XmppFilters.IncomingFrom.Hosts)));
        Assert.Equal(["192.0.2.7/32", "2001:db8::/32"], policy.XmppFilters.IncomingFrom.Addresses.Select(a => a.ToString()));
        Assert.Equal(AccessAction.PoliteBlock, policy.Access.ActionOf(new Address("alice", "contoso.example"), new Address("romeo", "jabber.example")));
        Assert.Equal(32, reading.Model.Limits.StanzaDepthMax);
    }

    [Fact, Item("PS-003"), Item("RN-059")]
    public void A_peer_names_its_partner_domains_and_its_own_limits_and_status_shows_them()
    {
        var reading = sample.ReadWith("\"protocol\": \"xmpp\"", """
            "protocol": "xmpp", "partnerDomains": ["Contoso.example"], "limits": { "domainRequestsPerSecondMax": 50, "stanzaBytesMax": 20000, "stanzaAttributesMax": 16 }
            """);

        Assert.Empty(reading.Faults);
        var words = Gateway.Host.Composition.StatusBuilder.LimitsOf(reading.Model!.Federation.Peers[1]);
        Assert.Contains("partnerDomains contoso.example", words);
        Assert.Contains("domainRequestsPerSecondMax 50", words);
        Assert.Contains("stanzaBytesMax 20000", words);
        Assert.Equal(4, words.Count);
    }

    [Fact]
    public void Whoever_is_discovered_is_bound_though_nobody_wrote_a_number_and_a_zero_is_a_relaxation()
    {
        var strict = sample.ReadWith("\"peers\"", """
            "discovery": { "xmpp": { "enabled": true, "limits": { "queueSecondsMax": 10 } } },
            "peers"
            """);
        Assert.Empty(strict.Faults);
        var discovered = strict.Model!.Federation.DiscoveredXmpp!;
        Assert.Equal((200, 1_000, 10), (discovered.Limits.RequestsPerSecondMax, discovered.Limits.NewSubscriptionsPerHourMax, discovered.Limits.QueueSecondsMax));
        Assert.Equal(["requestsPerSecondMax 200", "newSubscriptionsPerHourMax 1000", "queueSecondsMax 10"], StatusBuilder.LimitsOf(discovered));
        Assert.Empty(StatusBuilder.RelaxationsOf(discovered));
        Assert.All(strict.Model.Federation.Peers, p => Assert.Equal((0, 0), (p.Limits.RequestsPerSecondMax, p.Limits.NewSubscriptionsPerHourMax)));

        var open = sample.ReadWith("\"peers\"", """
            "discovery": { "xmpp": { "enabled": true, "limits": { "requestsPerSecondMax": 0, "newSubscriptionsPerHourMax": 0 } } },
            "peers"
            """);
        Assert.Empty(open.Faults);
        Assert.Equal(2, StatusBuilder.RelaxationsOf(open.Model!.Federation.Records.Last()).Count);
    }

    [Fact]
    public void The_end_of_a_certificate_in_use_is_a_warning_to_a_reload_and_a_fault_to_a_start()
    {
        var authority = LabAuthority.Create(DateTimeOffset.UtcNow.AddDays(-700));
        authority.WriteTo(sample.Folder);
        var (file, _) = authority.Issue("gw.jabber.example", "jabber.example").WriteTo(sample.Folder, "gateway");
        var inUse = new CertificateSet(1, [authority.Issue("other.example").ToOwn("other")], []);

        Assert.Contains("certificates.Expired", Assert.Single(sample.Read(Sample.Good).Faults).Text, StringComparison.Ordinal);
        Assert.Single(ConfigurationFile.Read(sample.File, inUse.Presents).Faults);

        var reading = ConfigurationFile.Read(sample.File, own => own.Leaf.RawData.AsSpan().SequenceEqual(X509CertificateLoader.LoadCertificateFromFile(file).RawData));
        Assert.Empty(reading.Faults);
        var warning = Assert.Single(reading.Warnings);
        Assert.Equal("$.certificates.own[0].certificate", warning.Path);
        Assert.Contains("certificates.Expired", warning.Text, StringComparison.Ordinal);

        // What else is wrong is as wrong as ever.
        var broken = Sample.Good.Replace("\"trust\": [{ \"name\": \"default\"", "\"trust\": [{ \"name\": \"other\"", StringComparison.Ordinal);
        Assert.NotEqual(Sample.Good, broken);
        Assert.NotEmpty(ConfigurationFile.Judge(sample.File, broken, _ => true).Faults);
    }

    [Fact]
    public void Every_fault_is_reported_at_once_with_its_path()
    {
        var reading = sample.Read("""
            {
              "listener": {},
              "listeners": { "sip": [{ "address": "five" }], "http": "0.0.0.0:9090", "admin": "a.sock" },
              "identity": { "fqdn": "192.0.2.1" },
              "certificates": { "own": [{ "name": "gateway", "certificate": "missing.crt", "key": "missing.key" }], "trust": [{ "name": "t", "files": ["ca.crt"] }] },
              "peers": [{ "name": "p", "protocol": "sip", "profile": "prosody", "fromDomains": ["*.x.example"], "trust": "nobody" }],
              "routes": [{ "pattern": "y.example", "peer": "q" }],
              "limits": { "connectionsMax": "many", "drainSecondsMax": 100000 }
            }
            """);

        Assert.Null(reading.Model);
        Assert.All(reading.Faults, f => Assert.NotEmpty(f.Hint));
        var paths = reading.Faults.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in new[]
        {
            "$.listener", "$.listeners.sip[0].address", "$.listeners.http", "$.identity.fqdn", "$.certificates.own[0].certificate", "$.peers[0].profile", "$.peers[0].tlsSubjects",
            "$.peers[0].trust", "$.peers[0].fromDomains[0]", "$.routes[0].peer", "$.limits.connectionsMax", "$.limits.drainSecondsMax",
        })
            Assert.Contains(path, paths);
    }

    [Theory]
    [Item("PSB-034")]
    [InlineData("127.0.0.1", "127.0.0.1:5269", "127.0.0.1:5061")]
    [InlineData("[::]", "[::]:5269", "[::]:5061")]
    [InlineData("0.0.0.0:0", "0.0.0.0:0", "0.0.0.0:0")]
    public void A_listener_without_a_port_has_the_usual_one(string address, string xmpp, string sip)
    {
        var model = sample.Read(Sample.Good.Replace("127.0.0.1:5061", address, StringComparison.Ordinal).Replace("127.0.0.1:5269", address, StringComparison.Ordinal)).Model!;
        Assert.Equal((xmpp, sip), (Assert.Single(model.XmppListeners).EndPoint.ToString(), Assert.Single(model.SipListeners).EndPoint.ToString()));
        var direct = sample.ReadWith("\"127.0.0.1:5269\"", $"\"{address}\", \"directTls\": true").Model!;
        Assert.Equal(address.EndsWith(":0", StringComparison.Ordinal) ? 0 : 5270, Assert.Single(direct.XmppListeners).EndPoint.Port);
    }

    [Fact]
    [Item("PS-131")]
    public void Who_may_see_the_list_of_connections_is_named_by_address()
    {
        var reading = sample.ReadWith("\"peers\": [", "\"xmpp\": { \"connectionsShownTo\": [\"admin@jabber.example\", \"somebody\"] }, \"peers\": [");
        Assert.Equal("$.xmpp.connectionsShownTo[1]", Assert.Single(reading.Faults).Path);
    }

    [Fact, Item("PS-136")]
    public void Lists_of_addresses_have_bounds_that_the_standard_gives()
    {
        var reading = sample.ReadWith(
            "\"peers\": [", "\"xmpp\": { \"multicast\": { \"addresses\": 100, \"threshold\": 1, \"discoSeconds\": 0, \"discoCacheMinutes\": 1441, \"enabled\": false } }, \"peers\": [");
        Assert.Equal(
            ["$.xmpp.multicast.addresses", "$.xmpp.multicast.discoCacheMinutes", "$.xmpp.multicast.discoSeconds", "$.xmpp.multicast.threshold"],
            reading.Faults.Select(f => f.Path).Order(StringComparer.Ordinal));
        Assert.False(sample.ReadWith("\"peers\": [", "\"xmpp\": { \"multicast\": { \"enabled\": false } }, \"peers\": [").Model!.Xmpp.Multicast.Enabled);
    }

    [Theory]
    [InlineData("127.0.0.1:")]
    [InlineData("::1")]
    [InlineData("127.0.1")]
    [InlineData("5269")]
    [InlineData("[::1")]
    [InlineData("gw.example")]
    public void A_listener_that_is_no_address_is_a_fault(string address) =>
        Assert.Contains(sample.ReadWith("127.0.0.1:5269", address).Faults, f => f.Path == "$.listeners.xmpp[0].address");

    [Fact, Item("PSB-069"), Item("OCS-050")]
    public void Expiry_and_retry_keep_their_names_and_defaults()
    {
        var usual = sample.Read(Sample.Good).Model!.Presence;
        Assert.Equal((86_400, 3_600, 3_600), (usual.Expires, usual.SubscriptionFailureRetry, usual.ServerFailureRetry));

        const string Times = "\"presence\": { \"expires\": 7200, \"subscriptionFailureRetry\": 600, \"serverFailureRetry\": 900, \"shownEndpoint\": \"highestPriority\" }, \"peers\"";
        var worksheet = sample.ReadWith("\"peers\"", Times).Model!;
        Assert.Equal((7_200, 600, 900), (worksheet.Presence.Expires, worksheet.Presence.SubscriptionFailureRetry, worksheet.Presence.ServerFailureRetry));
        Assert.Equal(5061, worksheet.SipListeners[0].EndPoint.Port);
        Assert.Equal(["contoso.example"], worksheet.Federation.Peers[0].FromDomains);
        Assert.Equal("gateway", Assert.Single(worksheet.Certificates.Own).Name);
        Assert.Equal("default", Assert.Single(worksheet.Certificates.Trust).Name);
        Assert.Contains(sample.ReadWith("\"peers\"", "\"presence\": { \"shownEndpoint\": \"loudest\" }, \"peers\"").Faults, f => f.Path == "$.presence.shownEndpoint");
        Assert.Contains(sample.ReadWith("\"peers\"", "\"presence\": { \"subscriptionFailureRetry\": 59 }, \"peers\"").Faults, f => f.Path == "$.presence.subscriptionFailureRetry");
    }

    [Fact, Item("OCS-044")]
    public void How_long_a_peer_may_take_is_set_by_peer_and_shown_where_it_is_not_the_RFCs()
    {
        var slow = sample.ReadWith("\"profile\": \"lync2013\"", "\"profile\": \"lync2013\", \"sip\": { \"answerSecondsMax\": 64, \"ringSecondsMax\": 30 }").Model!.Federation.Peers[0];
        Assert.Equal((64, 30), (slow.Sip.AnswerSecondsMax, slow.Sip.RingSecondsMax));
        Assert.Equal(["sip.answerSecondsMax 64", "sip.ringSecondsMax 30"], StatusBuilder.LimitsOf(slow));

        var usual = sample.Read(Sample.Good).Model!.Federation.Peers[0];
        Assert.Equal((32, 120), (usual.Sip.AnswerSecondsMax, usual.Sip.RingSecondsMax));
        Assert.Empty(StatusBuilder.LimitsOf(usual));
    }

    [Fact]
    public void Terms_of_presence_become_those_of_the_peer_and_each_relaxation_is_named()
    {
        const string Terms =
            "\"sip\": { \"pacePerSecond\": 7, \"contactsMax\": 0, \"watchersMax\": 9, \"msrtc\": true, \"eventMissing\": true, \"unsubscribeRevokes\": true, \"assertedIdentity\": true }";
        var peer = sample.ReadWith("\"profile\": \"lync2013\"", "\"profile\": \"lync2013\", " + Terms).Model!.Federation.Peers[0];
        Assert.Equal(
            new SipPeerTerms { PacePerSecond = 7, ContactsMax = 0, WatchersMax = 9, ReadsMsrtc = true, AllowsMissingEvent = true, UnsubscribeRevokes = true, AssertsIdentity = true }, peer.Sip);
        Assert.Equal(4, StatusBuilder.RelaxationsOf(peer).Count(r => r.StartsWith("sip.", StringComparison.Ordinal)));
        Assert.Equal("7/s (set), 3 wait", StatusBuilder.PaceOf(peer, new Dictionary<string, int>(StringComparer.Ordinal) { ["contoso"] = 3 }));

        var plain = sample.Read(Sample.Good).Model!.Federation.Peers;
        Assert.Equal(SipPeerTerms.Default, plain[0].Sip);
        Assert.Equal(("20/s (found by DNS)", ""), (StatusBuilder.PaceOf(plain[0], new Dictionary<string, int>()), StatusBuilder.PaceOf(plain[1], new Dictionary<string, int>())));
        Assert.Single(sample.ReadWith("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"sip\": { \"msrtc\": true }").Faults, f => f.Path == "$.peers[1].sip");
    }

    [Theory]
    [InlineData("\"tlsSubjects\"", "\"tlsSubject\"", "$.peers[0].tlsSubject", "did you mean tlsSubjects?")]
    [InlineData("\"fqdn\"", "\"fqnd\"", "$.identity.fqnd", "did you mean fqdn?")]
    [InlineData("\"identity\"", "\"wonderland\"", "$.wonderland", "known here:")]
    public void Unknown_setting_is_a_fault_that_suggests_the_nearest(string found, string replacement, string path, string hint)
    {
        var fault = Assert.Single(sample.ReadWith(found, replacement).Faults, f => f.Path == path);

        Assert.Equal("is not a setting", fault.Text);
        Assert.StartsWith(hint, fault.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"tlsSubjects\": [\"sip.contoso.example\"], ", "", "$.peers[0].tlsSubjects")]
    [InlineData("\"name\": \"jabber\"", "\"name\": \"contoso\"", "$.peers[1].name")]
    [InlineData("[\"jabber.example\"]", "[\"contoso.example\"]", "$.peers[1].fromDomains")]
    [InlineData("127.0.0.1:5269", "127.0.0.1:5061", "$.listeners.xmpp[0].address")]
    [InlineData("\"name\": \"default\"", "\"name\": \"other\"", "$.peers[0].trust")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"tls\": \"optional\"", "$.peers[1].tls")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"external\": \"off\"", "$.peers[1].external")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"external\": \"required\", \"dialback\": true", "$.peers[1].dialback")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"selfSigned\": true", "$.peers[1].selfSigned")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"directTls\": true, \"dialback\": true, \"tls\": \"forbidden\"", "$.peers[1].directTls")]
    [InlineData("\"protocol\": \"sip\"", "\"protocol\": \"sip\", \"dialback\": true", "$.peers[0].dialback")]
    [InlineData("\"protocol\": \"sip\"", "\"protocol\": \"sip\", \"addresses\": [\"edge\"]", "$.peers[0].addresses[0]")]
    [InlineData("\"peers\"", "\"presence\": { \"expires\": 60, \"expiresMin\": 60 }, \"peers\"", "$.presence.expiresMin")]
    [InlineData("\"peers\"", "\"limits\": { \"unsentBytesMaxPerConnection\": 65536 }, \"peers\"", "$.limits.unsentBytesMaxPerConnection")]
    [InlineData("\"peers\"", "\"policy\": { \"filters\": { \"xmpp\": { \"outgoingTo\": { \"default\": \"deny\" } } } }, \"peers\"", "$.policy.filters.xmpp.outgoingTo")]
    [InlineData("\"peers\"", "\"policy\": { \"filters\": { \"sip\": { \"incomingFrom\": { \"addresses\": [\"192.0.2.0/99\"] } } } }, \"peers\"", "$.policy.filters.sip.incomingFrom.addresses[0]")]
    [InlineData("\"peers\"", "\"policy\": { \"access\": [{ \"user\": \"*.example\", \"from\": \"a@b.example\", \"action\": \"block\" }] }, \"peers\"", "$.policy.access[0].user")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"partnerDomains\": [\"*.contoso.example\"]", "$.peers[1].partnerDomains[0]")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"limits\": { \"stanzaBytesMax\": 9999 }", "$.peers[1].limits.stanzaBytesMax")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"limits\": { \"stanzaDepthMax\": 200 }", "$.peers[1].limits.stanzaDepthMax")]
    [InlineData("\"peers\"", "\"domains\": [{ \"name\": \"fabrikam.example\", \"kind\": \"sip\" }], \"peers\"", "$.domains[0]")]
    [InlineData("\"peers\"", "\"domains\": [{ \"name\": \"contoso.example\", \"kind\": \"local\" }], \"peers\"", "$.domains[0].kind")]
    [InlineData("\"peers\"", "\"dns\": { \"hosts\": { \"a.example\": [\"x\"] } }, \"peers\"", "$.dns.hosts.a.example[0]")]
    [InlineData("\"peers\"", "\"routes\": [{ \"pattern\": \"a.example\", \"peer\": \"contoso\" }, { \"pattern\": \"a.example\", \"peer\": \"jabber\" }], \"peers\"", "$.routes[1]")]
    public void Incoherent_settings_are_named_with_what_to_do(string found, string replacement, string path)
    {
        var faults = sample.ReadWith(found, replacement).Faults;

        Assert.Contains(faults, f => f.Path == path);
        Assert.All(faults, f => Assert.NotEmpty(f.Hint));
    }

    [Theory]
    [InlineData("[{ \"address\": \"127.0.0.1:5269\" }]", "\"5269\"", "$.listeners.xmpp")]
    [InlineData("[{ \"address\": \"127.0.0.1:5269\" }]", "[]", "$.listeners.xmpp")]
    [InlineData("\"lync2013\"", "2013", "$.peers[0].profile")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"smtp\"", "$.peers[1].protocol")]
    [InlineData("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"dialback\": \"yes\"", "$.peers[1].dialback")]
    [InlineData("{ \"fqdn\": \"gw.jabber.example\" }", "\"gw.jabber.example\"", "$.identity")]
    [InlineData("\"peers\"", "\"limits\": { \"drainSecondsMax\": \"5\" }, \"peers\"", "$.limits.drainSecondsMax")]
    public void Setting_of_another_kind_is_one_fault_with_what_to_write(string found, string replacement, string path) =>
        Assert.NotEmpty(Assert.Single(sample.ReadWith(found, replacement).Faults, f => f.Path == path).Hint);

    [Fact]
    public void Worked_example_of_the_README_is_good_once_its_certificates_are_there()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Gateway.sln"))) root = Path.GetDirectoryName(root)!;
        var readme = File.ReadAllText(Path.Combine(root, "README.md"));
        var begin = readme.IndexOf("```json\n", StringComparison.Ordinal) + 8;
        var certs = Directory.CreateDirectory(Path.Combine(sample.Folder, "certs")).FullName;
        File.Copy(Path.Combine(sample.Folder, "gateway.crt"), Path.Combine(certs, "gw.crt"));
        File.Copy(Path.Combine(sample.Folder, "gateway.key"), Path.Combine(certs, "gw.key"));
        File.Copy(Path.Combine(sample.Folder, "ca.crt"), Path.Combine(certs, "contoso-root.pem"));

        var reading = sample.Read(readme[begin..readme.IndexOf("```", begin, StringComparison.Ordinal)]);

        Assert.Empty(reading.Faults);
        Assert.Equal(["contoso", "jabber"], reading.Model!.Federation.Peers.Select(p => p.Name));
    }

    [Fact]
    public void Text_that_is_not_json_gives_one_fault_with_its_line()
    {
        var fault = Assert.Single(sample.Read("{\n  \"peers\": [ }\n").Faults);

        Assert.Contains("line 2", fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Setting_written_twice_is_a_fault()
    {
        var reading = sample.Read(Sample.Good.Replace("\"fqdn\": \"gw.jabber.example\"", "\"fqdn\": \"gw.jabber.example\", \"fqdn\": \"b.example\"", StringComparison.Ordinal));

        Assert.Contains(reading.Faults, f => f is { Path: "$.identity.fqdn", Text: "is written twice" });
    }

    [Fact]
    public void Route_by_user_and_by_domain_are_told_apart()
    {
        var reading = sample.ReadWith("\"peers\"", "\"routes\": [{ \"pattern\": \"Bo@contoso.example\", \"peer\": \"contoso\" }, { \"pattern\": \"*.b.example\", \"peer\": \"contoso\" }], \"peers\"");

        Assert.Equal([RouteType.User, RouteType.Domain], reading.Model!.Federation.Routes.Select(r => r.Type));
        Assert.Equal("bo@contoso.example", reading.Model.Federation.Routes[0].Pattern);
    }
}
