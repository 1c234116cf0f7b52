namespace Presence.Core.Model;

/// <summary>
/// A user's bare address in neutral form (RFC 7247 §6): <see cref="Local"/> is the natural, unescaped, case-folded local part in Unicode
/// (<c>o'malley</c>, never <c>o\27malley</c> or <c>o%27malley</c>); <see cref="Domain"/> is lower-case A-labels. Equality is ordinal, because both parts
/// arrive prepared. An empty local part means the domain itself.
/// </summary>
public readonly record struct Address(string Local, string Domain) : IComparable<Address>
{
    /// <summary>Also holds for the default value, which commands of time carry and logs print.</summary>
    public bool IsDomain => string.IsNullOrEmpty(Local);

    public int CompareTo(Address other)
    {
        var byDomain = string.CompareOrdinal(Domain, other.Domain);
        return byDomain != 0 ? byDomain : string.CompareOrdinal(Local, other.Local);
    }

    public override string ToString() => IsDomain ? Domain ?? "" : $"{Local}@{Domain}";
}
