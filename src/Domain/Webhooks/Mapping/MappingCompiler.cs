using System.Text.Json;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Filters;

namespace DataHub.Domain.Webhooks.Mapping;

/// <summary>Turns the JSON of a mapping into its parts, and tells every mistake with its place.</summary>
internal sealed class MappingCompiler(List<DomainFault> faults, string pointer)
{
    private static readonly string[] Variables = ["$id", "$type", "$timestamp", "$data"];

    public (MappedMember[] Members, TemplateNode? Template, bool Whole) Compile(JsonElement mapping)
    {
        if (mapping.ValueKind != JsonValueKind.Object)
        {
            Fault(pointer, "A mapping is a JSON object with pick and rename, or with template.");
            return ([], null, false);
        }

        var members = new Dictionary<string, MappedMember>(StringComparer.Ordinal);
        TemplateNode? template = null;
        var whole = false;
        foreach (var member in mapping.EnumerateObject())
        {
            switch (member.Name)
            {
                case "pick":
                    Pick(member.Value, members);
                    break;
                case "rename":
                    Rename(member.Value, members);
                    break;
                case "template":
                    template = Template(member.Value, $"{pointer}/template");
                    break;
                case "target":
                    whole = member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals("body");
                    if (!whole && !(member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals("data")))
                    {
                        Fault($"{pointer}/target", "target is data (default: the template becomes data) or body (it becomes the whole body).");
                    }

                    break;
                default:
                    Fault(DomainFault.Below(pointer, member.Name), "A mapping knows pick, rename, template and target.");
                    break;
            }
        }

        if ((template is null) == (members.Count == 0))
        {
            Fault(pointer, "Give pick and rename, or template; one of both.");
        }

        if (whole && template is null)
        {
            Fault($"{pointer}/target", "target body needs a template.");
        }

        return ([.. members.Values], template, whole);
    }

    private void Pick(JsonElement list, Dictionary<string, MappedMember> members)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > PayloadMapping.MaxEntries)
        {
            Fault($"{pointer}/pick", $"pick is a list of 1 to {PayloadMapping.MaxEntries} paths.");
            return;
        }

        foreach (var (entry, i) in list.EnumerateArray().Select((e, i) => (e, i)))
        {
            if (entry.ValueKind != JsonValueKind.String || PayloadPath.Parse(entry.GetString()) is not { } path)
            {
                Fault($"{pointer}/pick/{i}", "A path is a text such as order.total or /order/total.");
            }
            else if (!members.TryAdd(path.Steps[^1], new MappedMember(path.Steps[^1], path)))
            {
                Fault($"{pointer}/pick/{i}", $"Two members would be named '{path.Steps[^1]}'; rename one of them.");
            }
        }
    }

    private void Rename(JsonElement map, Dictionary<string, MappedMember> members)
    {
        if (map.ValueKind != JsonValueKind.Object || map.GetPropertyCount() is 0 or > PayloadMapping.MaxEntries)
        {
            Fault($"{pointer}/rename", $"rename is an object of 1 to {PayloadMapping.MaxEntries} entries: from which path to what name.");
            return;
        }

        foreach (var entry in map.EnumerateObject())
        {
            var name = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : "";
            if (PayloadPath.Parse(entry.Name) is not { } path || name.Length is 0 or > 100)
            {
                Fault(DomainFault.Below($"{pointer}/rename", entry.Name), "An entry is a path and a new name of 1 to 100 characters.");
            }
            else if (!members.TryAdd(name, new MappedMember(name, path)))
            {
                Fault(DomainFault.Below($"{pointer}/rename", entry.Name), $"Two members would be named '{name}'.");
            }
        }
    }

    private TemplateNode Template(JsonElement value, string place) => value.ValueKind switch
    {
        JsonValueKind.Object => new ObjectNode([.. value.EnumerateObject().Select(m => (m.Name, Template(m.Value, DomainFault.Below(place, m.Name))))]),
        JsonValueKind.Array => new ListNode([.. value.EnumerateArray().Select((e, i) => Template(e, $"{place}/{i}"))]),
        JsonValueKind.String => Text(value.GetString()!, place),
        _ => new LiteralNode(value),
    };

    private TemplateNode Text(string text, string place)
    {
        var parts = new List<(string, Placeholder?)>();
        var at = 0;
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is var open and >= 0)
        {
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                Fault(place, "A placeholder that is opened with {{ is closed with }}.");
                break;
            }

            if (Slot(text[(open + 2)..close].Trim(), place) is { } placeholder)
            {
                parts.Add((text[at..open], placeholder));
            }

            at = close + 2;
        }

        parts.Add((text[at..], null));
        return parts switch
        {
            [("", { } only), ("", null)] => new ValueNode(only),
            _ => new TextNode([.. parts]),
        };
    }

    private Placeholder? Slot(string name, string place)
    {
        if (Variables.Contains(name, StringComparer.Ordinal))
        {
            return new Placeholder(name, null);
        }

        if (!name.StartsWith('$') && PayloadPath.Parse(name) is { } path)
        {
            return new Placeholder(null, path);
        }

        Fault(place, $"'{{{{{name}}}}}' is not a placeholder; it names a path into data, or one of {string.Join(", ", Variables)}.");
        return null;
    }

    private void Fault(string at, string message) => faults.Add(new DomainFault(at, "invalid_mapping", message));
}
