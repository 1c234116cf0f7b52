using System.Collections.Concurrent;
using Gateway.Federation;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Streams;
using Presence.Core.Model;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// Which servers take one stanza with a list of addresses in place of many: asked by disco of the domain, then of the services it names, and remembered for a while (XEP-0033 §2, PS-136). No stanza
/// waits for the answer: until it is there each addressee gets a copy of his own.
/// </summary>
internal sealed class MulticastServices(XmppContext context)
{
    /// <summary>Domains that are remembered.</summary>
    private const int DomainsMax = 1_024;

    /// <summary>Services of one domain that are asked.</summary>
    private const int ItemsMax = 8;

    private const string Prefix = "disco-";

    private readonly ConcurrentDictionary<string, Finding> _found = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Question> _open = new(StringComparer.Ordinal);

    /// <summary>The service that takes lists for <paramref name="domain"/>; null while none is known, and then <paramref name="own"/> asks. Both are A-labels.</summary>
    public string? Find(string own, string domain)
    {
        if (_found.TryGetValue(domain, out var known) && !IsOver(known)) return known.Service;
        if (known is null && _found.Count >= DomainsMax && !HasForgotten()) return null;
        var asking = new Finding(null, null);
        bool isMine = known is null ? _found.TryAdd(domain, asking) : _found.TryUpdate(domain, asking, known);
        if (isMine) _ = FindAsync(own, domain);
        return null;
    }

    /// <summary>True when this answers a question of ours.</summary>
    public bool TryAnswer(Iq answer)
    {
        if (answer.Id is not { } id || !id.StartsWith(Prefix, StringComparison.Ordinal) || !_open.TryGetValue(id, out var question)) return false;
        if (!answer.From!.IsDomain || answer.From.AsciiDomain != question.Asked || answer.To!.AsciiDomain != question.Asker || !_open.TryRemove(id, out _)) return false;
        question.Answer.TrySetResult(answer.Type == IqType.Result ? answer.Payload : null);
        return true;
    }

    /// <summary>Called about once a second: who does not answer takes no lists.</summary>
    public void Sweep(long now)
    {
        foreach (var (id, question) in _open)
        {
            bool isLate = context.Time.GetElapsedTime(question.Since, now).TotalSeconds >= context.Options.Multicast.DiscoSecondsMax;
            if (isLate && _open.TryRemove(id, out _)) question.Answer.TrySetResult(null);
        }
    }

    // What is still being asked is no older than the questions, which have their end.
    private bool IsOver(Finding finding) => finding.At is { } at && context.Time.GetElapsedTime(at).TotalMinutes >= context.Options.Multicast.DiscoMinutes;

    private bool HasForgotten()
    {
        foreach (var entry in _found)
        {
            if (IsOver(entry.Value)) _found.TryRemove(entry);
        }
        return _found.Count < DomainsMax;
    }

    private async Task FindAsync(string own, string domain)
    {
        string? service = null;
        try
        {
            if (TakesLists(await AskAsync(own, domain, Namespaces.DiscoInfo)))
            {
                service = domain;
            }
            else
            {
                foreach (string item in ServicesOf(domain, await AskAsync(own, domain, Namespaces.DiscoItems)))
                {
                    if (service is null && TakesLists(await AskAsync(own, item, Namespaces.DiscoInfo))) service = item;
                }
            }
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            context.Observer.OnFailed("asking for a multicast service", bug);
        }
        finally
        {
            _found[domain] = new Finding(service, context.Time.GetTimestamp());
        }
    }

    private async Task<XmlElement?> AskAsync(string own, string domain, string what)
    {
        var way = context.Registry.Current.FindWay(new Address("", own), new Address("", domain), null, default, PassageKind.Query);
        if (!way.IsFound || way.First.Protocol != Federation.Protocol.Xmpp) return null;
        string id = Prefix + context.NewId();
        var question = new Question(own, domain, context.Time.GetTimestamp());
        _open[id] = question;
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        new OutgoingIq(own, domain, id, IqType.Get) { Payload = new XmlElement("query", what) }.WriteTo(ref writer);
        writer.Flush();
        context.Links.Send(own, domain, way.First, output.WrittenSpan, new QuestionReceipt(question));
        var answer = await question.Answer.Task;
        _open.TryRemove(id, out _);
        return answer;
    }

    private static bool TakesLists(XmlElement? info)
    {
        if (info is null || !info.Is("query", Namespaces.DiscoInfo)) return false;
        foreach (var feature in info.Children)
        {
            if (feature.Is("feature", Namespaces.DiscoInfo) && feature.Attribute("var") == Namespaces.Addresses) return true;
        }
        return false;
    }

    // Only what lies under the domain itself: nobody makes us ask, or send, elsewhere.
    private static List<string> ServicesOf(string domain, XmlElement? items)
    {
        var services = new List<string>();
        if (items is null || !items.Is("query", Namespaces.DiscoItems)) return services;
        foreach (var item in items.Children)
        {
            if (services.Count < ItemsMax && item.Attribute("node") is null && Jid.TryParse(item.Attribute("jid"), out var jid) && jid.IsDomain
                && jid.AsciiDomain.EndsWith("." + domain, StringComparison.Ordinal)) services.Add(jid.AsciiDomain);
        }
        return services;
    }

    /// <summary>What was found and when; without a time it is being asked.</summary>
    private sealed record Finding(string? Service, long? At);

    private sealed record Question(string Asker, string Asked, long Since)
    {
        public TaskCompletionSource<XmlElement?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class QuestionReceipt(Question question) : LinkReceipt
    {
        public override void Written()
        {
        }

        public override void GivenUp(XmppReason reason, string text) => question.Answer.TrySetResult(null);

        public override void Lost(XmppReason reason, string text) => question.Answer.TrySetResult(null);
    }
}
