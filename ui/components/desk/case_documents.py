"""The photo and both sides of each certificate, large, each certificate beside what was registered of it."""

from nicegui.element import Element

from domain.model import Training, Volunteer

from .desk_facts import beside, photo_of, training_of


class case_documents(Element, component='case_documents.js'):
    """A spot on a picture is marked in the browser and sent by `desk_marks`."""

    def __init__(self, volunteer: Volunteer, trainings: list[Training]) -> None:
        super().__init__()
        self.show(volunteer, trainings)

    def show(self, volunteer: Volunteer, trainings: list[Training]) -> None:
        """Shows these pictures; one that is as it was keeps its zoom and its mark."""
        shown = {
            'photo': photo_of(volunteer),
            'person': beside(volunteer),
            'trainings': [training_of(each) for each in trainings],
        }
        if any(self._props.get(name) != value for name, value in shown.items()):
            self._props.update(shown)
            self.update()
