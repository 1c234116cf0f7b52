using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Stanzas;

/// <summary>The defined conditions of RFC 6120 §8.3.3.</summary>
public enum StanzaCondition
{
    /// <summary>§8.3.3.1</summary>
    BadRequest,
    /// <summary>§8.3.3.2</summary>
    Conflict,
    /// <summary>§8.3.3.3</summary>
    FeatureNotImplemented,
    /// <summary>§8.3.3.4</summary>
    Forbidden,
    /// <summary>§8.3.3.5</summary>
    Gone,
    /// <summary>§8.3.3.6</summary>
    InternalServerError,
    /// <summary>§8.3.3.7</summary>
    ItemNotFound,
    /// <summary>§8.3.3.8</summary>
    JidMalformed,
    /// <summary>§8.3.3.9</summary>
    NotAcceptable,
    /// <summary>§8.3.3.10</summary>
    NotAllowed,
    /// <summary>§8.3.3.11</summary>
    NotAuthorized,
    /// <summary>§8.3.3.12</summary>
    PolicyViolation,
    /// <summary>§8.3.3.13</summary>
    RecipientUnavailable,
    /// <summary>§8.3.3.14</summary>
    Redirect,
    /// <summary>§8.3.3.15</summary>
    RegistrationRequired,
    /// <summary>§8.3.3.16</summary>
    RemoteServerNotFound,
    /// <summary>§8.3.3.17</summary>
    RemoteServerTimeout,
    /// <summary>§8.3.3.18</summary>
    ResourceConstraint,
    /// <summary>§8.3.3.19</summary>
    ServiceUnavailable,
    /// <summary>§8.3.3.20</summary>
    SubscriptionRequired,
    /// <summary>§8.3.3.21</summary>
    UndefinedCondition,
    /// <summary>§8.3.3.22</summary>
    UnexpectedRequest,
}

/// <summary>What the sender may do about an error: RFC 6120 §8.3.2.</summary>
public enum StanzaErrorType
{
    /// <summary>Retry after providing credentials.</summary>
    Auth,
    /// <summary>Do not retry.</summary>
    Cancel,
    /// <summary>Proceed: it was only a warning.</summary>
    Continue,
    /// <summary>Retry after changing what was sent.</summary>
    Modify,
    /// <summary>Retry after waiting.</summary>
    Wait,
}

/// <summary>A stanza error: RFC 6120 §8.3.</summary>
/// <param name="Condition">The defined condition.</param>
/// <param name="Type">What may be done about it.</param>
/// <param name="Text">For people; may be null.</param>
/// <param name="Address">The new address that <c>gone</c> and <c>redirect</c> may carry.</param>
public sealed record StanzaError(StanzaCondition Condition, StanzaErrorType Type, string? Text = null, string? Address = null)
{
    private static readonly (string Name, StanzaErrorType Type)[] s_conditions =
    [
        ("bad-request", StanzaErrorType.Modify),
        ("conflict", StanzaErrorType.Cancel),
        ("feature-not-implemented", StanzaErrorType.Cancel),
        ("forbidden", StanzaErrorType.Auth),
        ("gone", StanzaErrorType.Cancel),
        ("internal-server-error", StanzaErrorType.Cancel),
        ("item-not-found", StanzaErrorType.Cancel),
        ("jid-malformed", StanzaErrorType.Modify),
        ("not-acceptable", StanzaErrorType.Modify),
        ("not-allowed", StanzaErrorType.Cancel),
        ("not-authorized", StanzaErrorType.Auth),
        ("policy-violation", StanzaErrorType.Modify),
        ("recipient-unavailable", StanzaErrorType.Wait),
        ("redirect", StanzaErrorType.Modify),
        ("registration-required", StanzaErrorType.Auth),
        ("remote-server-not-found", StanzaErrorType.Cancel),
        ("remote-server-timeout", StanzaErrorType.Wait),
        ("resource-constraint", StanzaErrorType.Wait),
        ("service-unavailable", StanzaErrorType.Cancel),
        ("subscription-required", StanzaErrorType.Auth),
        ("undefined-condition", StanzaErrorType.Cancel),
        ("unexpected-request", StanzaErrorType.Wait),
    ];

    private static readonly string[] s_types = ["auth", "cancel", "continue", "modify", "wait"];

    /// <summary>An error with the type RFC 6120 §8.3.3 gives its condition.</summary>
    public static StanzaError Of(StanzaCondition condition, string? text = null) => new(condition, DefaultType(condition), text);

    /// <summary>The type that RFC 6120 §8.3.3 gives a condition.</summary>
    public static StanzaErrorType DefaultType(StanzaCondition condition) => s_conditions[(int)condition].Type;

    /// <summary>The element name of a condition.</summary>
    public static string NameOf(StanzaCondition condition) => s_conditions[(int)condition].Name;

    /// <summary>The <c>type</c> attribute.</summary>
    public static string NameOf(StanzaErrorType type) => s_types[(int)type];

    /// <summary>The condition of an element name, or null.</summary>
    public static StanzaCondition? ConditionOf(string name)
    {
        int at = Array.FindIndex(s_conditions, known => known.Name == name);
        return at < 0 ? null : (StanzaCondition)at;
    }

    /// <summary>
    /// The error inside a stanza or dialback element of type <c>error</c>. A peer that left out or misspelt the condition still said that something failed:
    /// that is <c>undefined-condition</c>.
    /// </summary>
    public static StanzaError Read(XmlElement stanza)
    {
        var error = stanza.Child("error");
        if (error is null) return Of(StanzaCondition.UndefinedCondition);
        StanzaCondition? found = null;
        string? text = null, address = null;
        foreach (var child in error.Children)
        {
            if (child.Namespace != Namespaces.StanzaErrors) continue;
            if (child.Name == "text")
            {
                text = child.Text;
            }
            else if (found is null && ConditionOf(child.Name) is { } condition)
            {
                found = condition;
                address = child.Text.Length > 0 ? child.Text : null;
            }
        }
        var actual = found ?? StanzaCondition.UndefinedCondition;
        int type = Array.IndexOf(s_types, error.Attribute("type"));
        return new StanzaError(actual, type < 0 ? DefaultType(actual) : (StanzaErrorType)type, text, address);
    }

    /// <summary>Writes <c>&lt;error&gt;</c> in the namespace in force.</summary>
    public void WriteTo(ref XmppWriter writer)
    {
        writer.Raw("<error type='"u8);
        writer.Raw(NameOf(Type));
        writer.Raw("'><"u8);
        writer.Raw(NameOf(Condition));
        writer.Attribute("xmlns"u8, Namespaces.StanzaErrors);
        if (Address is null)
        {
            writer.Raw("/>"u8);
        }
        else
        {
            writer.Raw(">"u8);
            writer.Text(Address);
            writer.Raw("</"u8);
            writer.Raw(NameOf(Condition));
            writer.Raw(">"u8);
        }
        if (Text is not null)
        {
            writer.Raw("<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>"u8);
            writer.Text(Text);
            writer.Raw("</text>"u8);
        }
        writer.Raw("</error>"u8);
    }
}
