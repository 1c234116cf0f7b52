namespace Conformance;

/// <summary>Names the item of the catalogue that a test proves: <c>[Item("OCS-023")]</c>. <c>docs/conformance.md</c> lists each with its tests.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
internal sealed class ItemAttribute(string id) : Attribute
{
    public string Id { get; } = id;
}
