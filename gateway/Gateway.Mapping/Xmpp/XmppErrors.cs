using Gateway.Federation;
using Gateway.Xmpp.Protocol.Stanzas;
using Presence.Core.Model;

namespace Gateway.Mapping.Xmpp;

/// <summary>Failures as stanza errors and back: RFC 6120 §8.3. The neutral conditions are the defined conditions by name; a test holds the two enums together.</summary>
public static class XmppErrors
{
    private const int TextCharsMax = 1_000;

    private static readonly StanzaCondition[] ToStanza =
        [.. Enum.GetValues<Condition>().Order().Select(c => c == Condition.None ? StanzaCondition.UndefinedCondition : Enum.Parse<StanzaCondition>(c.ToString()))];

    private static readonly Condition[] ToNeutral = [.. Enum.GetValues<StanzaCondition>().Order().Select(c => Enum.Parse<Condition>(c.ToString()))];

    /// <summary>The error that tells an XMPP sender; the type is RFC 6120's default, but what may pass with time says <c>wait</c>, and what will not <c>cancel</c> (§8.3.3.17).</summary>
    public static StanzaError ToStanzaError(Failure failure)
    {
        var condition = ToStanza[(int)failure.Condition];
        var error = StanzaError.Of(condition, failure.Text.Length == 0 ? null : failure.Text);

        // A redirect names no address here: field fact A6 forbids us to hand one on.
        return (error.Type, failure) switch
        {
            (StanzaErrorType.Cancel, { RetryAfterSeconds: not null }) => error with { Type = StanzaErrorType.Wait },
            (StanzaErrorType.Wait, { IsLasting: true }) => error with { Type = StanzaErrorType.Cancel },
            _ => error,
        };
    }

    /// <summary>What a stanza error means; <paramref name="isBare"/> tells whether the stanza was addressed to a bare JID.</summary>
    public static Failure ToFailure(StanzaError error, bool isBare)
    {
        var text = error.Text ?? "";
        if (text.Length > TextCharsMax) text = text[..(char.IsHighSurrogate(text[TextCharsMax - 1]) ? TextCharsMax - 1 : TextCharsMax)];
        return new Failure(ToNeutral[(int)error.Condition], MappingReasons.NameOf(MappingReason.RefusedByXmpp), text.Length == 0 ? StanzaError.NameOf(error.Condition) : text) { IsBare = isBare };
    }
}
