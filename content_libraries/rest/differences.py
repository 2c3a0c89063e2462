"""Describes differences between two states of an item, for the description of the API and for answers."""

from __future__ import annotations

from rest_framework import serializers


class TitleDifferenceSerializer(serializers.Serializer[object]):
    """The titles of two states."""

    changed = serializers.BooleanField()
    before = serializers.CharField(allow_null=True, help_text="Null where the item did not exist.")
    after = serializers.CharField(allow_null=True)


class SettingDifferenceSerializer(serializers.Serializer[object]):
    """A setting that differs."""

    name = serializers.CharField()
    before = serializers.CharField(allow_null=True, help_text="The text in the OLX; null where it is not set.")
    after = serializers.CharField(allow_null=True)


class WordsSerializer(serializers.Serializer[object]):
    """Some words that both texts have, or one of them."""

    kind = serializers.ChoiceField(choices=("equal", "removed", "added"))
    text = serializers.CharField()


class WordDifferenceSerializer(serializers.Serializer[object]):
    """The difference by word of lines that replace others."""

    line = serializers.IntegerField(help_text="Index in lines where the group of changed lines begins.")
    parts = WordsSerializer(many=True)


class TextDifferenceSerializer(serializers.Serializer[object]):
    """The difference of two texts by line and by word."""

    changed = serializers.BooleanField()
    lines = serializers.ListField(child=serializers.CharField(), help_text="A unified difference.")
    cut = serializers.BooleanField(help_text="Whether there are more differences than lines shows.")
    words = WordDifferenceSerializer(many=True, help_text="Groups that are too long to compare by word are left out.")


class ChildPlaceSerializer(serializers.Serializer[object]):
    """A place among the children."""

    usage_key = serializers.CharField()
    index = serializers.IntegerField()


class ChildMoveSerializer(serializers.Serializer[object]):
    """A child that has another place."""

    usage_key = serializers.CharField()
    from_parent = serializers.CharField(allow_null=True, help_text="Null for the same container.")
    from_index = serializers.IntegerField()
    to_index = serializers.IntegerField()


class ChildRenamingSerializer(serializers.Serializer[object]):
    """A child with another title."""

    usage_key = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ChildrenDifferenceSerializer(serializers.Serializer[object]):
    """The difference of the children of a container."""

    before = serializers.ListField(child=serializers.CharField(), help_text="Keys, in order.")
    after = serializers.ListField(child=serializers.CharField())
    added = ChildPlaceSerializer(many=True)
    removed = ChildPlaceSerializer(many=True)
    moves = ChildMoveSerializer(many=True)
    renamed = ChildRenamingSerializer(many=True)


class FileStateSerializer(serializers.Serializer[object]):
    """The bytes of a file."""

    digest = serializers.CharField()
    size = serializers.IntegerField(help_text="In bytes.")


class StoredFileSerializer(FileStateSerializer):
    """A file that only one of the states has."""

    path = serializers.CharField()


class FileChangeSerializer(serializers.Serializer[object]):
    """A file with other bytes."""

    path = serializers.CharField()
    before = FileStateSerializer()
    after = FileStateSerializer()


class FilesDifferenceSerializer(serializers.Serializer[object]):
    """The difference of the static files of a component."""

    added = StoredFileSerializer(many=True)
    removed = StoredFileSerializer(many=True)
    changed = FileChangeSerializer(many=True)


class DifferenceSerializer(serializers.Serializer[object]):
    """The difference between two states of a component, container or block."""

    title = TitleDifferenceSerializer()
    settings = SettingDifferenceSerializer(many=True)
    text = TextDifferenceSerializer(help_text="Of the body of a block.")
    olx = TextDifferenceSerializer(help_text="Of the whole OLX.")
    children = ChildrenDifferenceSerializer()
    files = FilesDifferenceSerializer()
